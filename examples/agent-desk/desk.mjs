// An agent's desk in the terminal. Commands: queue, take <number>, note <text>, back, quit; anything else is said to the customer.
import { Baton, DisconnectedError, ProblemError } from '@baton/client';
import { connectTakeover } from '@baton/client/takeover';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';

const { BATON_URL: url = 'http://localhost:5000', BATON_TOKEN: token } = process.env;

const baton = new Baton({ url, token });
const socket = connectTakeover({ url, token });
const print = (line) => stdout.write(`${line}\n`);

/** What `queue` has listed. */
let listed = [];
/** The chat that we hold. */
let chatId = null;

const COMMANDS = {
  async queue() {
    const { items } = await baton.getTakeoverQueue();
    listed = items;
    if (items.length === 0) print('No chat waits.');
    for (const [index, { customerName, agent, waitingSeconds, lastMessage }] of items.entries()) {
      const state = agent ? `with ${agent.name}` : `waits for ${waitingSeconds} s`;
      print(`${index + 1}. ${customerName}, ${state}: ${lastMessage?.text ?? ''}`);
    }
  },
  async take(number) {
    const chat = listed[Number(number) - 1];
    if (chat === undefined) return print('No such chat is listed.');
    await socket.claim({ chatId: chat.chatId });
    chatId = chat.chatId;
    print(`You hold the chat of ${chat.customerName}.`);
    await socket.watch(chatId);
  },
  async note(text) {
    await socket.note({ chatId, text });
  },
  async back() {
    await socket.release({ chatId, to: 'bot' });
    await socket.unwatch(chatId);
    chatId = null;
    print('The bot answers again.');
  },
  quit() {
    terminal.close();
  },
};

socket.on('event', ({ type, actor, data }) => {
  if (type === 'message.created' || type === 'message.completed') print(`${actor.name}: ${data.text}`);
  if (type === 'note.created') print(`${actor.name} (note): ${data.text}`);
  if (type === 'ownership.changed') print(`-- ${data.from} → ${data.to}, ${data.reason}`);
});
socket.on('transient', (event) => {
  if (event.type === 'typing' && event.data.isTyping) print(`-- ${event.data.actor.name} is typing`);
  if (event.type === 'queue.changed') print(`-- ${event.data.waiting} waiting, ${event.data.held} held`);
});
socket.on('disconnected', (problem) => problem && print(`-- ${problem.title}`));

await socket.whenConnected();
await COMMANDS.queue();
const terminal = createInterface({ input: stdin, output: stdout });
for await (const line of terminal) await run(line.trim()).catch(report);
socket.close();

async function run(line) {
  const [, word, rest] = /^(\S*)\s*(.*)$/.exec(line);
  if (line === '') return;
  if (Object.hasOwn(COMMANDS, word)) return COMMANDS[word](rest);
  if (chatId === null) return print('Take a chat over first: take <number>.');
  await socket.send({ chatId, text: line });
}

function report(error) {
  if (error instanceof ProblemError) print(`!! ${error.code}: ${error.message}`);
  else if (error instanceof DisconnectedError) print(`!! ${error.message}`);
  else throw error;
}
