import type { ChatEventEnvelope } from '@app/contracts';
import { ChatServer } from '../../support/chat-server.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';

interface EventsPage {
  items: ChatEventEnvelope[];
  lastSeq: number;
  hasMore: boolean;
}

describe('turns', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start();
  });
  afterAll(() => server.stop());

  const log = async (chatId: string): Promise<ChatEventEnvelope[]> =>
    (await server.call<EventsPage>('GET', `/api/chats/${chatId}/events`)).body.items;

  describe('answered whole', () => {
    it('answers in the shape of the catalogue and keeps everything', async () => {
      const chatId = await server.createChat();
      const { status, body } = await server.complete(chatId, 'Hello there');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        chatId,
        userMessage: 'Hello there',
        assistantMessage: expectedText('Hello there'),
        chatDisplayName: 'Hello there',
        metaData: { tags: [], sources: [] },
        traceLog: null,
      });
      expect(body['totalTokens']).toBe(Number(body['promptTokens']) + Number(body['completionTokens']));
      expect(body['completionTokens']).toBeGreaterThan(0);

      const chat = await server.call('GET', `/api/chats/${chatId}`);
      expect(chat.body).toMatchObject({
        displayName: 'Hello there',
        completions: [
          {
            completionId: body['completionId'],
            userMessage: 'Hello there',
            assistantMessage: expectedText('Hello there'),
          },
        ],
      });
    });

    it('sends the conversation so far, in order', async () => {
      const chatId = await server.createChat();
      await server.complete(chatId, 'first');
      await server.complete(chatId, 'second');
      const input = server.provider.journal.last!.body['input'] as { role: string; content: unknown }[];
      expect(input.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
      expect(JSON.stringify(input[2])).toContain('second');
    });

    it('leaves the conversation out when asked to', async () => {
      const chatId = await server.createChat();
      await server.complete(chatId, 'first');
      await server.call('POST', `/api/chats/${chatId}/completions`, { userMessage: 'second', ignoreChatHistory: true });
      expect(server.provider.journal.last!.body['input']).toHaveLength(1);
      expect((await log(chatId)).filter(({ type }) => type === 'turn.ended')).toHaveLength(2);
    });
  });

  describe('streamed', () => {
    it('streams the text, then the completion', async () => {
      const chatId = await server.createChat();
      const stream = await server.stream(chatId, 'Tell me [[tokens=30 delay=5]]');
      await stream.untilEnd();
      const text = expectedText('Tell me [[tokens=30 delay=5]]');
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(stream.text()).toBe(text);
      expect(stream.deltas().length).toBeGreaterThan(1);
      expect(stream.types().filter((type) => type !== 'message.delta')).toEqual([
        'message.created',
        'turn.started',
        'message.completed',
        'turn.ended',
      ]);
      expect(stream.events.at(-1)?.data).toMatchObject({
        data: { status: 'completed', completion: { chatId, assistantMessage: text } },
      });
    });

    it('shows the same log to every reader: live, resumed, and as JSON', async () => {
      const chatId = await server.createChat();
      const watcher = await server.follow(chatId);
      const stream = await server.stream(chatId, 'Same for all [[tokens=30 delay=5]]');
      await stream.untilEnd();
      await watcher.until((events) => events.some(({ type }) => type === 'turn.ended'));
      const events = await log(chatId);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(watcher.numbered()).toEqual(events);
      expect(watcher.text()).toBe(stream.text());
      await watcher.close();
    });

    it('gives a client that comes back in the middle exactly the rest', async () => {
      const chatId = await server.createChat();
      const message = 'A long one [[tokens=60 delay=5]]';
      const first = await server.stream(chatId, message);
      await first.until((events) => events.filter(({ type }) => type === 'message.delta').length >= 3);
      await first.close();
      const heard = first.text();
      const second = await server.follow(chatId, first.lastId);
      await second.until((events) => events.some(({ type }) => type === 'turn.ended'));
      expect(heard + second.text(heard.length)).toBe(expectedText(message));
      await second.close();
    });

    it('gives a client that comes back after the end exactly the rest', async () => {
      const chatId = await server.createChat();
      const message = 'Gone for long [[tokens=40 delay=5]]';
      const first = await server.stream(chatId, message);
      await first.until((events) => events.some(({ type }) => type === 'message.delta'));
      await first.close();
      const watcher = await server.follow(chatId);
      await watcher.until((events) => events.some(({ type }) => type === 'turn.ended'));
      await watcher.close();
      const second = await server.follow(chatId, first.lastId);
      await second.until((events) => events.some(({ type }) => type === 'turn.ended'));
      expect(first.text() + second.text(first.text().length)).toBe(expectedText(message));
      await second.close();
    });

    it('goes on when the client leaves', async () => {
      const chatId = await server.createChat();
      const stream = await server.stream(chatId, 'I leave [[tokens=20 delay=5]]');
      await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
      await stream.close();
      const watcher = await server.follow(chatId);
      await watcher.until((events) => events.some(({ type }) => type === 'turn.ended'));
      expect((await log(chatId)).at(-1)?.data).toMatchObject({ status: 'completed' });
      await watcher.close();
    });
  });

  describe('in line', () => {
    it('answers messages that come while it speaks one after the other', async () => {
      const chatId = await server.createChat();
      const messages = ['one [[tokens=20 delay=5]]', 'two', 'three'];
      const first = await server.stream(chatId, messages[0]!);
      await first.until((events) => events.some(({ type }) => type === 'turn.started'));
      const second = server.complete(chatId, messages[1]!);
      const third = await server.stream(chatId, messages[2]!);
      await Promise.all([first.untilEnd(), third.untilEnd()]);
      expect((await second).body).toMatchObject({ assistantMessage: expectedText('two') });
      expect(first.text()).toBe(expectedText(messages[0]!));
      expect(third.text()).toBe(expectedText('three'));
      const events = await log(chatId);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const turns = events.filter(({ type }) => type.startsWith('turn.')).map(({ type }) => type);
      expect(turns).toEqual(['turn.started', 'turn.ended', 'turn.started', 'turn.ended', 'turn.started', 'turn.ended']);
    });

    it('refuses more than fit into the line', async () => {
      const chatId = await server.createChat();
      const stream = await server.stream(chatId, 'busy [[tokens=100 delay=20]]');
      const waiting = Array.from({ length: 8 }, (_, index) => server.stream(chatId, `waiting ${index}`));
      await Promise.all(waiting);
      const refused = await server.complete(chatId, 'one too many');
      expect(refused).toMatchObject({ status: 429, body: { code: 'CHAT_QUEUE_FULL' } });
      expect(refused.headers.get('retry-after')).not.toBeNull();
      await server.call('POST', `/api/chats/${chatId}/turns/current/stop`);
      await stream.untilEnd();
      for (const one of await Promise.all(waiting)) await one.untilEnd();
      expect((await log(chatId)).filter(({ type }) => type === 'turn.ended')).toHaveLength(9);
    });
  });

  describe('stopped', () => {
    it('keeps what was said and aborts the model', async () => {
      const chatId = await server.createChat();
      const stream = await server.stream(chatId, 'stop me [[tokens=200 delay=20]]');
      await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
      const stopped = await server.call('POST', `/api/chats/${chatId}/turns/current/stop`);
      expect(stopped).toMatchObject({ status: 200, body: {} });
      await stream.untilEnd();
      await server.provider.journal.until(({ aborts }) =>
        aborts.some(({ userMessage }) => userMessage.startsWith('stop me')),
      );
      const completed = (await log(chatId)).find(({ type }) => type === 'message.completed');
      expect(completed?.data).toMatchObject({ status: 'interrupted', text: stream.text() });
      expect(expectedText('stop me [[tokens=200 delay=20]]').startsWith(stream.text())).toBe(true);
      expect(stream.events.at(-1)?.data).toMatchObject({
        data: { completion: { metaData: { tags: ['interrupted'] } } },
      });
    });

    it('says so when nothing is running', async () => {
      const chatId = await server.createChat();
      const { status, body } = await server.call('POST', `/api/chats/${chatId}/turns/current/stop`);
      expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'NO_RUNNING_TURN' });
    });
  });

  describe('with an Idempotency-Key', () => {
    it('asks the model once, however often the request comes', async () => {
      const chatId = await server.createChat();
      const headers = { 'idempotency-key': 'once' };
      const before = server.provider.journal.count;
      const stream = await server.stream(chatId, 'only once [[tokens=20 delay=5]]', headers);
      const [again, whole] = await Promise.all([
        server.stream(chatId, 'only once [[tokens=20 delay=5]]', headers),
        server.complete(chatId, 'only once [[tokens=20 delay=5]]', headers),
      ]);
      await Promise.all([stream.untilEnd(), again.untilEnd()]);
      const later = await server.complete(chatId, 'only once [[tokens=20 delay=5]]', headers);
      expect(server.provider.journal.count - before).toBe(1);
      expect(again.text()).toBe(stream.text());
      expect(later.body).toEqual(whole.body);
      expect(await log(chatId)).toHaveLength(4);
    });

    it('refuses the key for another request', async () => {
      const chatId = await server.createChat();
      await server.complete(chatId, 'mine', { 'idempotency-key': 'reused' });
      const other = await server.complete(chatId, 'another', { 'idempotency-key': 'reused' });
      expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
      expect(await log(chatId)).toHaveLength(4);
    });
  });

  describe('when the model service fails', () => {
    it.each([
      ['refuses the key', '[[status=401]]', 502, 'PROVIDER_AUTH_FAILED'],
      ['does not know the model', '[[modelNotFound]]', 502, 'PROVIDER_MODEL_NOT_FOUND'],
      ['rejects the request', '[[status=400]]', 502, 'PROVIDER_REQUEST_REJECTED'],
      ['is busy', '[[status=429 retryAfter=0]]', 503, 'PROVIDER_RATE_LIMITED'],
      ['has no quota left', '[[quota]]', 503, 'PROVIDER_QUOTA_EXCEEDED'],
      ['breaks', '[[status=500]]', 502, 'PROVIDER_ERROR'],
      ['hangs up', '[[reset]]', 502, 'PROVIDER_UNREACHABLE'],
      ['sends half a stream', '[[half]]', 502, 'PROVIDER_INCOMPLETE'],
      ['sends broken JSON', '[[malformed]]', 502, 'PROVIDER_MALFORMED'],
      ['sends a web page', '[[html]]', 502, 'PROVIDER_MALFORMED'],
    ])('answers a problem when it %s, and loses nothing', async (_, directive, status, code) => {
      const chatId = await server.createChat();
      const message = `please ${directive}`;
      const answer = await server.complete(chatId, message);
      expect(answer).toMatchObject({ status, body: { status, code } });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const events = await log(chatId);
      expect(events[0]?.data).toMatchObject({ text: message });
      expect(events.at(-1)).toMatchObject({ type: 'turn.ended', data: { status: 'failed', error: { code } } });
      const chat = await server.call('GET', `/api/chats/${chatId}`);
      expect(chat.body).toMatchObject({ completions: [{ userMessage: message }] });
      expect((await server.complete(chatId, 'and now?')).status).toBe(200);
    });

    it('keeps the words that came before the failure', async () => {
      const chatId = await server.createChat();
      const stream = await server.stream(chatId, 'cut off [[half tokens=40 delay=5]]');
      await stream.untilEnd();
      const completed = (await log(chatId)).find(({ type }) => type === 'message.completed');
      expect(stream.text()).not.toBe('');
      expect(completed?.data).toMatchObject({ status: 'failed', text: stream.text() });
    });

    it('tries again while nothing was said', async () => {
      const chatId = await server.createChat();
      const before = server.provider.journal.count;
      const message = 'flaky [[fail=2 status=500]]';
      expect(await server.complete(chatId, message)).toMatchObject({
        status: 200,
        body: { assistantMessage: expectedText(message) },
      });
      expect(server.provider.journal.count - before).toBe(3);
    });
  });
});

describe('a model service that hangs', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start({ TURN_DEADLINE_SECONDS: '1' });
  });
  afterAll(() => server.stop());

  it('is given up at the deadline, and what it said is kept', async () => {
    const chatId = await server.createChat();
    const silent = await server.complete(chatId, 'hello? [[hang]]');
    expect(silent).toMatchObject({ status: 504, body: { code: 'TURN_DEADLINE_EXCEEDED' } });
    const stalled = await server.stream(chatId, 'go on [[stall=5 tokens=20]]');
    await stalled.untilEnd();
    expect(stalled.text()).not.toBe('');
    expect(stalled.events.at(-1)?.data).toMatchObject({
      data: { status: 'failed', error: { code: 'TURN_DEADLINE_EXCEEDED' } },
    });
  });
});
