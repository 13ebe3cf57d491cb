import { Baton, type ChatStreamEvent, type CompletionEvent } from '@baton/client';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { Line } from '../../support/line.js';

describe('the streams of the client', () => {
  let server: ChatServer;
  let line: Line;
  let baton: Baton;
  beforeAll(async () => {
    server = await ChatServer.start();
    line = await Line.open(() => Number(new URL(server.app.url).port), '/below/a/path');
    baton = new Baton({ url: `${line.url}/`, token: ADMIN_KEY });
  }, 60_000);
  afterEach(() => {
    line.mend();
    line.intercept = null;
    line.requests.length = 0;
  });
  afterAll(async () => {
    await line.close();
    await server.stop();
  });

  const createChat = async (): Promise<string> =>
    (await baton.createChatByBotCode({ body: { botCode: 'welcome' } })).chatId;
  const say = (chatId: string, userMessage: string, more: object = {}): AsyncGenerator<CompletionEvent> =>
    baton.streamCompletion({ path: { chatId }, body: { userMessage }, ...more });
  const sent = (method: string, path: string): number =>
    line.requests.filter((request) => request === `${method} ${path}`).length;

  /** Reads to the end; `onText` is told how much was said so far. */
  async function read(events: AsyncIterable<CompletionEvent>, onText: (length: number) => void = () => undefined) {
    const types: string[] = [];
    let text = '';
    for await (const event of events) {
      if (event.type !== types.at(-1)) types.push(event.type);
      if (event.type === 'message.delta') {
        expect(event.data.offset).toBe(text.length);
        text += event.data.text;
        onText(text.length);
      }
      if (event.type === 'turn.ended') return { types, text, end: event.data };
    }
    throw new Error('No end.');
  }

  describe('of a completion', () => {
    it('yield the answer as it is given, then the completion', async () => {
      const chatId = await createChat();
      const { types, text, end } = await read(say(chatId, 'Hello'));
      expect(types).toEqual(['message.created', 'turn.started', 'message.delta', 'message.completed', 'turn.ended']);
      expect(end).toMatchObject({ status: 'completed', completion: { chatId, assistantMessage: text } });
      expect(text).not.toBe('');
    });

    it('go on where a connection was cut, without saying anything twice', async () => {
      const chatId = await createChat();
      const before = server.provider.journal.count;
      let isCut = false;
      const { text, end } = await read(say(chatId, 'Slowly [[tokens=60 delay=10]]'), (length) => {
        if (isCut || length < 40) return;
        isCut = true;
        line.cut();
        line.mend();
      });
      expect(end).toMatchObject({ status: 'completed', completion: { assistantMessage: text } });
      expect(sent('POST', `/api/chats/${chatId}/completions`)).toBe(2);
      expect(server.provider.journal.count - before).toBe(1);
      const { items } = await baton.getChatEvents({ path: { chatId } });
      expect(items.filter(({ type }) => type === 'message.created')).toHaveLength(1);
    });

    it('repeat a request that a proxy could not pass on', async () => {
      const chatId = await createChat();
      let failures = 0;
      line.intercept = (_, response) => {
        if (++failures > 2) return false;
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
        return true;
      };
      expect((await read(say(chatId, 'Hello'))).end.status).toBe('completed');
      expect(sent('POST', `/api/chats/${chatId}/completions`)).toBe(3);
    });

    it('end at once while a person holds the chat', async () => {
      const chatId = await createChat();
      await baton.claimChat({ path: { chatId }, body: {} });
      const { types, end } = await read(say(chatId, 'Hello'));
      expect(types).toEqual(['message.created', 'turn.ended']);
      expect(end).toMatchObject({ status: 'handed_over', completion: { chatId, assistantMessage: '' } });
    });

    it('throw what the server refuses, without another try', async () => {
      const chatId = crypto.randomUUID();
      await expect(say(chatId, 'Hello').next()).rejects.toMatchObject({
        name: 'ProblemError',
        status: 404,
        code: 'NOT_FOUND',
        problem: { type: expect.any(String), requestId: expect.any(String) },
      });
      expect(sent('POST', `/api/chats/${chatId}/completions`)).toBe(1);
    });

    it('throw when no connection comes about', async () => {
      const chatId = await createChat();
      line.cut();
      await expect(say(chatId, 'Hello', { maxFailures: 1 }).next()).rejects.toMatchObject({ name: 'TypeError' });
    });

    it('can be aborted, and leave the bot to its answer', async () => {
      const chatId = await createChat();
      const abort = new AbortController();
      const reason = new Error('seen enough');
      const reading = read(say(chatId, 'Slowly [[tokens=40 delay=10]]', { signal: abort.signal }), () =>
        abort.abort(reason),
      );
      await expect(reading).rejects.toBe(reason);
      for await (const event of baton.followChatEvents({ path: { chatId } })) {
        if (event.type !== 'turn.ended') continue;
        expect(event.data.status).toBe('completed');
        break;
      }
    });
  });

  describe('of a log', () => {
    async function readUntil(
      events: AsyncIterable<ChatStreamEvent>,
      isLast: (event: ChatStreamEvent) => boolean,
    ): Promise<ChatStreamEvent[]> {
      const seen: ChatStreamEvent[] = [];
      for await (const event of events) {
        seen.push(event);
        if (isLast(event)) break;
      }
      return seen;
    }
    const isEnd = ({ type }: ChatStreamEvent): boolean => type === 'turn.ended';
    const numbers = (events: ChatStreamEvent[]): number[] =>
      events.flatMap((event) => (event.type === 'message.delta' ? [] : [event.seq]));

    it('yield every event once, over a connection that is cut and another', async () => {
      const chatId = await createChat();
      const answer = read(say(chatId, 'Slowly [[tokens=60 delay=10]]'));
      let isCut = false;
      const events = await readUntil(baton.followChatEvents({ path: { chatId } }), (event) => {
        if (event.type === 'message.delta' && !isCut) {
          isCut = true;
          line.cut();
          line.mend();
        }
        return isEnd(event);
      });
      const { text } = await answer;
      expect(numbers(events)).toEqual([1, 2, 3, 4].map((step) => numbers(events)[0]! + step - 1));
      expect(events.map((event) => (event.type === 'message.delta' ? event.data.text : '')).join('')).toBe(text);
      expect(sent('GET', `/api/chats/${chatId}/events`)).toBe(2);
    });

    it('go on after a position that another reader has left', async () => {
      const chatId = await createChat();
      await read(say(chatId, 'Hello'));
      const [first, ...rest] = await readUntil(baton.followChatEvents({ path: { chatId } }), isEnd);
      const headers = { 'Last-Event-ID': first!.position };
      expect(await readUntil(baton.followChatEvents({ path: { chatId }, headers }), isEnd)).toEqual(rest);
    });

    it('hold notes for agents alone', async () => {
      const chatId = await createChat();
      await baton.addChatNote({ path: { chatId }, body: { text: 'A regular' } });
      await read(say(chatId, 'Hello'));
      const typesOf = async (events: AsyncIterable<ChatStreamEvent>) =>
        (await readUntil(events, isEnd)).map((e) => e.type);
      expect(await typesOf(baton.followTakeoverChatEvents({ path: { chatId } }))).toContain('note.created');
      expect(await typesOf(baton.followChatEvents({ path: { chatId } }))).not.toContain('note.created');
    });

    it('ask for a new token at every connection', async () => {
      const chatId = await createChat();
      const tokens = ['expired', ADMIN_KEY];
      const other = new Baton({ url: line.url, token: () => tokens.shift() });
      await expect(other.followChatEvents({ path: { chatId } }).next()).rejects.toMatchObject({
        code: 'INVALID_TOKEN',
      });
      await read(say(chatId, 'Hello'));
      expect((await other.followChatEvents({ path: { chatId } }).next()).done).toBe(false);
    });
  });

  it('throws what is no answer of a Baton server', async () => {
    line.intercept = (_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>No such page</h1>');
      return true;
    };
    await expect(baton.getBots()).rejects.toMatchObject({ name: 'UnexpectedResponseError', status: 404 });
  });
});
