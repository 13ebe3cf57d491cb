// A chat in the terminal: each line is sent, and the answer appears as it is given. Ctrl-C stops an answer, Ctrl-D leaves.
import { Baton, ProblemError } from '@baton/client';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';

const { BATON_URL: url = 'http://localhost:5000', BATON_TOKEN: token, BOT: botCode = 'welcome' } = process.env;

const baton = new Baton({ url, token });
const { chatId, botDisplayMessage } = await baton.createChatByBotCode({ body: { botCode } });
stdout.write(`${botDisplayMessage}\n`);

const terminal = createInterface({ input: stdin, output: stdout });
terminal.on('SIGINT', () => {
  // There may be no answer to stop: then it is the end of the conversation.
  baton.stopCurrentTurn({ path: { chatId } }).catch(() => terminal.close());
});
terminal.prompt();
for await (const line of terminal) {
  if (line.trim() !== '') await ask(line).catch(report);
  terminal.prompt();
}

async function ask(userMessage) {
  for await (const event of baton.streamCompletion({ path: { chatId }, body: { userMessage } })) {
    if (event.type === 'message.delta') stdout.write(event.data.text);
    if (event.type === 'tool.called') stdout.write(`[calls ${event.data.tool}]\n`);
    if (event.type === 'turn.ended') stdout.write(`${endOf(event.data)}\n`);
  }
}

/** How the answer ended, unless it is complete. */
function endOf({ status, error }) {
  if (status === 'completed') return '';
  if (status === 'handed_over') return '[a person will answer]';
  return ` [${status}${error ? `: ${error.detail}` : ''}]`;
}

function report(error) {
  if (!(error instanceof ProblemError)) throw error;
  stdout.write(`[${error.code}: ${error.message}]\n`);
}
