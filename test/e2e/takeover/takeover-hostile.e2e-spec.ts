import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChatServer } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { Desk, Person } from './takeover.support.js';
import { chatIdOf, ThreadsClient } from '../threads/threads.support.js';

let server: ChatServer;
let ada: Person;

beforeAll(async () => {
  server = await ChatServer.start();
  ada = await Person.create(server, 'Ada', ['user', 'agent']);
});
afterAll(() => server.stop());

describe('a customer who asks for a person several times at once', () => {
  it('is in line once, and is told so each time', async () => {
    for (let round = 0; round < 5; round++) {
      const chatId = await server.createChat();
      const path = `/api/chats/${chatId}/takeover/request`;
      const answers = await Promise.all(Array.from({ length: 4 }, () => server.call('POST', path, {})));
      for (const { status, body } of answers)
        expect({ status, owner: body['owner'], epoch: body['epoch'] }).toEqual({
          status: 200,
          owner: 'requested',
          epoch: 2,
        });
      expect(await ada.log(chatId)).toHaveLength(1);
    }
  });
});

describe('a connection that asks twice at once to watch a chat', () => {
  it('is told of everything once', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    const desk = await ada.connect();
    const seen: number[] = [];
    desk.client.socket.on('event', ({ seq }) => seen.push(seq));
    const watch = () => desk.client.socket.timeout(5000).emitWithAck('watch', { chatId, after: 1 });
    await Promise.all([watch(), watch(), watch()]);
    await ada.act(chatId, 'notes', { text: 'one' });
    await ada.act(chatId, 'notes', { text: 'two' });
    await desk.until(() => seen.includes(3));
    await watch();
    expect(seen).toEqual([2, 3, 2, 3]);
    desk.close();
  });
});

describe('notes and whispers', () => {
  const SECRET = 'pelargonium';
  const forAgents = /\/api\/(takeover|admin)\b/;
  const document = JSON.parse(readFileSync(join(__dirname, '../../../openapi.json'), 'utf8')) as {
    paths: Record<string, object>;
  };
  const pathsOf = (ids: Record<string, string>): string[] =>
    Object.entries(document.paths)
      .filter(([path, methods]) => 'get' in methods && !forAgents.test(path) && path !== '/events/threads')
      .flatMap(([path]) =>
        path.includes('{path}')
          ? ['md', 'txt', 'json', 'csv'].map((type) => path.replace('{path}', `transcript.${type}`))
          : [path],
      )
      .map((path) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'none'));

  /** A conversation in which agents talk about the customer behind their back. */
  const gossip = async (chatId: string, headers: Record<string, string>): Promise<void> => {
    await server.complete(chatId, 'Hello', headers);
    await ada.act(chatId, 'claim');
    await ada.act(chatId, 'notes', { text: `${SECRET} one` });
    await ada.act(chatId, 'whispers', { text: `${SECRET} two` });
    await ada.act(chatId, 'messages', { text: 'Good morning.' });
    await ada.act(chatId, 'release', { to: 'bot' });
    await server.complete(chatId, 'And now?', headers);
    await ada.act(chatId, 'notes', { text: `${SECRET} three` });
  };

  it.each<[string, () => Promise<{ chatId: string; headers: Record<string, string> }>]>([
    [
      'a customer with an account',
      async () => {
        const { headers } = await Person.create(server, 'Grace', ['user']);
        return { chatId: await server.createChat(headers), headers };
      },
    ],
    ['a customer without one', async () => ({ chatId: await server.createChat(), headers: {} })],
    [
      'a lead of the threads API',
      async () => ({ chatId: chatIdOf(await new ThreadsClient(server).createThread()), headers: {} }),
    ],
  ])('are shown to %s nowhere', async (_, begin) => {
    const { chatId, headers } = await begin();
    const isOpen = headers['authorization'] === undefined;
    const token = headers['authorization']?.slice('Bearer '.length);
    const desk = new Desk({ url: server.app.url, ...(isOpen ? { chatId } : { token }) });
    await desk.client.watch(chatId);
    const stream = await EventStream.open(`${server.app.url}/api/chats/${chatId}/events`, { headers });
    await gossip(chatId, headers);
    const { body: chat } = await server.asAdmin('GET', `/api/takeover/chats/${chatId}`);
    const threadId = `thread_${chatId.replaceAll('-', '')}`;
    const paths = pathsOf({ chatId, threadId, botId: String(chat['botId']), userSystemPromptId: 'null', lang: 'en' });
    const answered: string[] = [];
    for (const path of paths)
      for (const query of ['', `?SearchFor=${SECRET}`]) {
        const response = await fetch(server.app.url + path + query, { headers });
        const text = await response.text();
        expect([path, text.toLowerCase().includes(SECRET)]).toEqual([path, false]);
        if (query !== '' && path.endsWith('/chats')) expect(text).not.toContain(chatId);
        if (response.ok && text.includes('Good morning.')) answered.push(path);
      }
    // What agents said to the customer is there: the routes have been asked for something that they hold.
    expect(answered.some((path) => path.endsWith('transcript.md'))).toBe(true);
    expect(answered.some((path) => path.endsWith('/events'))).toBe(true);
    await desk.until(({ events }) => events.filter(({ type }) => type === 'turn.ended').length === 2);
    await stream.until((events) => events.filter(({ type }) => type === 'turn.ended').length === 2);
    expect(JSON.stringify([desk.all, stream.events])).not.toContain(SECRET);
    expect(JSON.stringify(await ada.log(chatId))).toContain(SECRET);
    desk.close();
    await stream.close();
  });
});
