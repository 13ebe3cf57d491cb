import type { ChatEventEnvelope } from '@app/contracts';
import { ChatServer } from '../../support/chat-server.js';

describe('automatic handoffs', () => {
  let server: ChatServer;
  let botId: string;
  beforeAll(async () => {
    server = await ChatServer.start();
    const bots = await server.asAdmin<{ items: { botId: string }[] }>('GET', '/api/admin/bots');
    botId = bots.body.items[0]!.botId;
  });
  afterAll(() => server.stop());

  const setPolicy = async (policy: Record<string, unknown>): Promise<void> => {
    const current = await server.asAdmin('GET', `/api/admin/bots/${botId}/takeoverPolicy`);
    const saved = await server.asAdmin('PUT', `/api/admin/bots/${botId}/takeoverPolicy`, {
      ...current.body,
      ...policy,
    });
    expect(saved.status).toBe(200);
  };
  const log = async (chatId: string): Promise<ChatEventEnvelope[]> =>
    (await server.call<{ items: ChatEventEnvelope[] }>('GET', `/api/chats/${chatId}/events`)).body.items;
  const passes = async (chatId: string): Promise<unknown[]> =>
    (await log(chatId)).filter(({ type }) => type === 'ownership.changed').map(({ data }) => data);

  it('lets the bot ask for a person, in the commit that ends its turn', async () => {
    await setPolicy({ isOfferedToBot: true });
    const chatId = await server.createChat();
    const message = 'I need more [[tool=hand_to_human {"reason":"wish"}]]';
    const answer = await server.complete(chatId, message);
    expect(answer.status).toBe(200);
    expect(answer.body['assistantMessage']).not.toBe('');
    expect(await passes(chatId)).toMatchObject([{ from: 'bot', to: 'requested', reason: 'bot_tool' }]);
    expect((await log(chatId)).map(({ type }) => type)).toEqual([
      'message.created',
      'turn.started',
      'message.completed',
      'turn.ended',
      'ownership.changed',
    ]);

    const waiting = await server.complete(chatId, 'Hello?');
    expect(waiting).toMatchObject({ status: 200, body: { assistantMessage: '', metaData: { tags: ['human'] } } });
    const stream = await server.stream(chatId, 'Are you there?');
    await stream.untilEnd();
    expect(stream.events.at(-1)).toMatchObject({ type: 'turn.ended', data: { status: 'handed_over' } });

    await server.call('POST', `/api/chats/${chatId}/takeover/cancel`, {});
    expect(await server.complete(chatId, message)).toMatchObject({ status: 200, body: { metaData: { tags: [] } } });
    expect(await passes(chatId)).toHaveLength(2);
    await setPolicy({ isOfferedToBot: false });
    const other = await server.createChat();
    expect(await server.complete(other, message)).toMatchObject({ status: 200, body: { metaData: { tags: [] } } });
    expect(await passes(other)).toEqual([]);
  });

  it('hears the words that ask for a person', async () => {
    await setPolicy({ keywords: ['human being'] });
    const chatId = await server.createChat();
    const before = server.provider.journal.count;
    const answer = await server.complete(chatId, 'Give me a Human Being, please');
    expect(answer).toMatchObject({ status: 200, body: { assistantMessage: '', metaData: { tags: ['human'] } } });
    expect(await passes(chatId)).toMatchObject([{ to: 'requested', reason: 'rule' }]);
    expect(server.provider.journal.count).toBe(before);
    await setPolicy({ keywords: [] });
  });

  it('hears them also while all bots are stopped, and nothing else', async () => {
    await setPolicy({ keywords: ['human being'] });
    const chatId = await server.createChat();
    await server.asAdmin('PUT', '/api/admin/bots/stop/true');
    expect(await server.complete(chatId, 'Hello?')).toMatchObject({ status: 503, body: { code: 'BOTS_STOPPED' } });
    const answer = await server.complete(chatId, 'A human being, please');
    await server.asAdmin('PUT', '/api/admin/bots/stop/false');
    expect(answer).toMatchObject({ status: 200, body: { metaData: { tags: ['human'] } } });
    expect(await passes(chatId)).toMatchObject([{ to: 'requested', reason: 'rule' }]);
    await setPolicy({ keywords: [] });
  });

  it('hears them once, however often the message is sent', async () => {
    await setPolicy({ keywords: ['human being'] });
    const chatId = await server.createChat();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const say = (text: string) => server.complete(chatId, text, headers);
    const first = await say('A human being, please');
    await server.call('POST', `/api/chats/${chatId}/takeover/cancel`, {});
    expect((await say('A human being, please')).body).toMatchObject({ metaData: { tags: ['human'] } });
    expect(await say('Another human being')).toMatchObject({ body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(first.status).toBe(200);
    expect(await passes(chatId)).toMatchObject([{ to: 'requested' }, { to: 'bot' }]);
    await setPolicy({ keywords: [] });
  });

  it('stops a bot that speaks when it hears them, with those that wait behind it', async () => {
    await setPolicy({ keywords: ['human being'] });
    const chatId = await server.createChat();
    const message = 'endless [[tokens=2000 delay=10]]';
    const [stream, follower] = [await server.stream(chatId, message), await server.follow(chatId)];
    await follower.until((events) => events.some(({ type }) => type === 'message.delta'));
    const waiting = server.complete(chatId, 'Meanwhile');
    await follower.until(() => follower.numbered().some(({ seq }) => seq === 3));
    const answer = await server.complete(chatId, 'Give me a human being');
    expect(answer).toMatchObject({ status: 200, body: { metaData: { tags: ['human'] } } });
    expect(await waiting).toMatchObject({ status: 200, body: { assistantMessage: '', metaData: { tags: ['human'] } } });
    await server.provider.journal.until(({ aborts }) => aborts.some(({ userMessage }) => userMessage === message));
    await Promise.all([stream.untilEnd(), follower.close()]);
    expect((await log(chatId)).slice(3).map(({ type }) => type)).toEqual([
      'message.completed',
      'turn.ended',
      'turn.ended',
      'ownership.changed',
      'message.created',
    ]);
    await setPolicy({ keywords: [] });
  });

  it('makes way for a person after failures in a row, once', async () => {
    await setPolicy({ failedTurns: 2 });
    const chatId = await server.createChat();
    await server.complete(chatId, 'one [[status=400]]');
    expect(await passes(chatId)).toEqual([]);
    await server.complete(chatId, 'two [[status=400]]');
    expect(await passes(chatId)).toMatchObject([{ to: 'requested', reason: 'error' }]);
    const backToTheBot = () => server.call('POST', `/api/chats/${chatId}/takeover/cancel`, {});
    await backToTheBot();
    for (const text of ['three', 'four']) await server.complete(chatId, `${text} [[status=400]]`);
    expect(await passes(chatId)).toHaveLength(2);
    await server.call('POST', `/api/chats/${chatId}/takeover/request`, {});
    await backToTheBot();
    await server.complete(chatId, 'five [[status=400]]');
    expect((await passes(chatId)).slice(4)).toMatchObject([{ to: 'requested', reason: 'error' }]);

    const { body } = await server.asAdmin<{ items: { id: string; displayName: string }[] }>(
      'GET',
      '/api/admin/openAiServices',
    );
    const { id, displayName } = body.items[0]!;
    const switchService = (isActive: boolean) =>
      server.asAdmin('PUT', `/api/admin/openAiServices/${id}`, {
        displayName,
        isActive,
        isUpdateOpenAi: false,
      });
    expect((await switchService(false)).status).toBe(200);
    const other = await server.createChat();
    expect(await server.complete(other, 'one')).toMatchObject({ body: { code: 'BOT_NOT_READY' } });
    await server.complete(other, 'two');
    expect(await passes(other)).toMatchObject([{ to: 'requested', reason: 'error' }]);
    await switchService(true);
    await setPolicy({ failedTurns: null });
  });

  it('says that a bot speaks before its first answer, and only then', async () => {
    await setPolicy({ firstMessageNotice: { value: 'You are talking to a bot.', valueDe: 'Hier spricht ein Bot.' } });
    const chatId = await server.createChat();
    await server.complete(chatId, 'Hallo', { 'accept-language': 'de' });
    await server.complete(chatId, 'Nochmal');
    const notices = (await log(chatId)).filter(({ actor }) => actor.kind === 'system');
    expect(notices.map(({ seq, data }) => ({ seq, text: (data as { text: string }).text }))).toEqual([
      { seq: 2, text: 'Hier spricht ein Bot.' },
    ]);

    const late = await server.createChat();
    await server.call('POST', `/api/chats/${late}/takeover/request`, {});
    await server.complete(late, 'Are you there?');
    await server.call('POST', `/api/chats/${late}/takeover/cancel`, {});
    await server.complete(late, 'Then a bot will do');
    await server.complete(late, 'Thanks');
    const system = (await log(late)).filter(({ actor }) => actor.kind === 'system');
    expect(system.map(({ seq }) => seq)).toEqual([5]);
    await setPolicy({ firstMessageNotice: { value: '', valueDe: '' } });
  });
});
