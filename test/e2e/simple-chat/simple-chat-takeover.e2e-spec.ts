import { ChatServer } from '../../support/chat-server.js';
import { SimpleChatClient } from './simple-chat.support.js';
import { changePolicy, Person } from '../takeover/takeover.support.js';

const WAITING = 'A person will answer you shortly.';

describe('a person who takes over the simple chat', () => {
  let server: ChatServer;
  let client: SimpleChatClient;
  let agent: Person;
  beforeAll(async () => {
    server = await ChatServer.start();
    client = new SimpleChatClient(server);
    agent = await Person.create(server, 'Mira', ['agent']);
  });
  afterAll(() => server.stop());

  const claimed = async (body: Record<string, unknown>): Promise<string> => {
    const { thread_id } = await client.say(body);
    await agent.act(thread_id, 'claim');
    return thread_id;
  };

  it('asks for patience, and hands on what the person says', async () => {
    const user_id = 'customer-1';
    const thread_id = await claimed({ message: 'Hi', user_id });
    expect(await client.say({ message: 'Are you there?', user_id })).toEqual({ answer: WAITING, thread_id });
    const german = await client.say({ message: 'Jemand da?', user_id }, { 'accept-language': 'de-AT,en;q=0.5' });
    expect(german.answer).toBe('Ein Mensch wird Ihnen in Kürze antworten.');
    await agent.act(thread_id, 'messages', { text: 'Hello, Mira here.' });
    await agent.act(thread_id, 'notes', { text: 'A difficult one.' });
    await agent.act(thread_id, 'messages', { text: 'How can I help?' });
    const heard = await client.say({ message: 'My order is late', user_id, thread_id });
    expect(heard.answer).toBe('Hello, Mira here.\n\nHow can I help?');
    expect((await client.say({ message: 'Still there?', user_id })).answer).toBe(WAITING);
    await agent.act(thread_id, 'messages', { text: 'It comes tomorrow.' });
    await agent.act(thread_id, 'release', { to: 'bot' });
    const bot = await client.say({ message: 'Thanks [[text=You are welcome]]', user_id });
    expect(bot.answer).toBe('It comes tomorrow.\n\nYou are welcome');
    expect((await client.say({ message: 'Bye [[text=Bye]]', user_id })).answer).toBe('Bye');
  });

  it('loses nothing when the answer fails, and says nothing twice', async () => {
    const thread_id = await claimed({ message: 'Hi' });
    await agent.act(thread_id, 'messages', { text: 'Back in a minute.' });
    await agent.act(thread_id, 'release', { to: 'bot' });
    expect(await client.errorOf({ message: 'Hm [[status=400]]', thread_id })).toMatchObject([502, {}]);
    const answers = await Promise.all(
      ['one', 'two', 'three'].map((text) => client.say({ message: `${text} [[text=${text}]]`, thread_id })),
    );
    const told = answers.filter(({ answer }) => answer.includes('Back in a minute.'));
    expect(told).toHaveLength(1);
  });

  it.each([
    ['a user', { user_id: 'customer-2' }, false],
    ['a user with the old thread', { user_id: 'customer-3' }, true],
    ['a caller with the old thread', {}, true],
  ])(
    'starts a new chat for %s when the chat was closed, with the last messages of it',
    async (_who, caller, sendsThread) => {
      const thread_id = await claimed({ message: 'Hi', ...caller });
      await agent.act(thread_id, 'messages', { text: 'Solved. Goodbye!' });
      await agent.act(thread_id, 'end');
      const next = await client.say({
        message: 'Hello? [[text=Hello!]]',
        ...caller,
        ...(sendsThread && { thread_id }),
      });
      expect(next.answer).toBe('Solved. Goodbye!\n\nHello!');
      expect(next.thread_id).not.toBe(thread_id);
      expect(await client.say({ message: 'Fine', ...caller, thread_id: next.thread_id })).toMatchObject({
        thread_id: next.thread_id,
      });
    },
  );

  it('answers with what was said when the person comes in the middle of an answer', async () => {
    const { thread_id } = await client.say({ message: 'Hi', user_id: 'customer-4' });
    const cut = client.say({ message: 'Tell me all [[tokens=500 delay=20]]', user_id: 'customer-4' });
    await server.provider.journal.until(({ last }) => last?.userMessage.startsWith('Tell me all') === true);
    await agent.act(thread_id, 'claim');
    expect((await cut).answer.endsWith(WAITING)).toBe(true);
  });

  it('asks for patience when the bot makes way without a word', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { isOfferedToBot: true });
    const message = 'A person, please [[text=]] [[tool=hand_to_human {"reason":"wish"}]]';
    expect((await client.say({ message })).answer).toBe(WAITING);
    await changePolicy(server, chatId, { isOfferedToBot: false });
  });

  it('tells who speaks before the first answer, when the bot is to say so', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { firstMessageNotice: { value: 'A bot speaks.', valueDe: '' } });
    try {
      const { answer, thread_id } = await client.say({ message: 'Hi [[text=Hello]]' });
      expect(answer).toBe('A bot speaks.\n\nHello');
      expect(await client.say({ message: 'Hi [[text=Again]]', thread_id })).toMatchObject({ answer: 'Again' });
    } finally {
      await changePolicy(server, chatId, { firstMessageNotice: { value: '', valueDe: '' } });
    }
  });
});
