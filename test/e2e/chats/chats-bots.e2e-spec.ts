import { eventually } from '../../support/eventually.js';
import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { Caller, type Body, type Page } from './chats.support.js';

interface LedgerRow {
  usage_type: number;
  turn_id: string;
  bot_id: string;
  input_tokens: number;
  output_tokens: number;
}

describe('bots in chats', () => {
  let server: ChatServer;
  let admin: Caller;
  let ada: Caller;
  let bob: Caller;
  let anonymous: Caller;
  let serviceId: string;
  beforeAll(async () => {
    server = await ChatServer.start();
    ({ admin, ada, bob, anonymous } = await Caller.all(server));
    serviceId = String((await admin.ok<Page>('GET', '/api/admin/openAiServices')).items[0]!['id']);
  }, 60_000);
  afterEach(() => server.provider.reset());
  afterAll(() => server.stop());

  const createBot = async (changes: Body = {}): Promise<string> => {
    const botId = await admin.createBot(changes);
    await admin.ok('PUT', `/api/admin/bots/${botId}`, { openAiServiceId: serviceId });
    return botId;
  };
  const ledgerOf = (turnId: unknown): Promise<LedgerRow[]> =>
    server.app.app
      .get(DataSource, { strict: false })
      .query('SELECT * FROM usage_ledger WHERE turn_id = ? ORDER BY usage_type', [turnId]);

  describe('a start bot', () => {
    let startBot: string;
    let shipping: string;
    let billing: string;
    beforeAll(async () => {
      startBot = await createBot({ isStartBot: true, implementationType: 'StartBot' });
      const term = (value: string): Body => ({ value, valueDe: '' });
      shipping = await createBot({ displayNameTv: term('Shipping'), baseSystemMessage: 'You know parcels.' });
      billing = await createBot({ displayNameTv: term('Billing'), baseSystemMessage: 'You know invoices.' });
      const link = (botId: string, keywords: string, isDefaultBot: boolean): Promise<Body> =>
        admin.ok('POST', `/api/admin/bots/${startBot}/bots/${botId}`, { keywords, isDefaultBot });
      await link(shipping, 'parcel, delivery', false);
      await link(billing, 'invoice', true);
    });

    it('hands each message to the member that it is for', async () => {
      server.provider.reset();
      const chatId = await ada.createChat(startBot);
      const answers = [await ada.say(chatId, 'Where is my parcel?'), await ada.say(chatId, 'And the invoice?')];
      expect(answers.map(({ botId, botDisplayName }) => [botId, botDisplayName])).toEqual([
        [shipping, 'Shipping'],
        [billing, 'Billing'],
      ]);
      const sent = server.provider.journal.requests.map(({ body }) => String(body['instructions']));
      expect(sent).toEqual(['You know parcels.', 'You know invoices.']);
      expect(JSON.stringify(server.provider.journal.last!.body)).toContain('Where is my parcel?');
      expect(await ada.ok('GET', `/api/chats/${chatId}`)).toMatchObject({ botId: startBot });
      expect((await ledgerOf(answers[0]!['completionId'])).map((row) => [row.usage_type, row.bot_id])).toEqual([
        [1, shipping],
      ]);
    });

    it('asks its model when no keyword fits; what that costs is on record', async () => {
      server.provider.script((_, { instructions }) => String(instructions).includes('Decide which'), { text: '1' });
      const chatId = await admin.createChat(startBot);
      const answer = await admin.say(chatId, 'It never came', { isTraceLogEnabled: true });
      expect([shipping, billing]).toContain(answer['botId']);
      const ledger = await ledgerOf(answer['completionId']);
      expect(ledger.map((row) => [row.usage_type, row.bot_id])).toEqual([
        [1, answer['botId']],
        [2, startBot],
      ]);
      expect(ledger[1]!.input_tokens).toBeGreaterThan(0);
      expect(JSON.parse(String(answer['traceLog']))).toMatchObject({
        bot: { id: answer['botId'] },
        routing: { startBotId: startBot, how: 'model' },
      });
    });

    it('routes a repeated request once', async () => {
      const chatId = await ada.createChat(startBot);
      const body = JSON.stringify({ userMessage: 'Nothing that a keyword knows' });
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'once' };
      const post = (): Promise<Response> => ada.raw('POST', `/api/chats/${chatId}/completions`, body, headers);
      const [first, second] = [(await (await post()).json()) as Body, (await (await post()).json()) as Body];
      expect(second['completionId']).toBe(first['completionId']);
      expect(server.provider.journal.count).toBe(2);
    });

    it('refuses messages when it has no members', async () => {
      const lonely = await createBot({ isStartBot: true, implementationType: 'StartBot' });
      const chatId = await ada.createChat(lonely);
      const path = `/api/chats/${chatId}/completions`;
      expect(await ada.refused('POST', path, { userMessage: 'Hello' })).toEqual([409, 'CONFLICT']);
      expect((await ada.ok('GET', `/api/chats/${chatId}`))['completions']).toEqual([]);
    });
  });

  describe('the trace', () => {
    it('shows administrators what was sent, and no secret', async () => {
      const chatId = await admin.createChat();
      const { traceLog } = await admin.say(chatId, 'Trace me', { isTraceLogEnabled: true });
      expect(JSON.parse(String(traceLog))).toMatchObject({
        model: 'fake-large',
        attempts: 1,
        facts: expect.any(Number) as number,
        history: { available: 0, sent: 0 },
        items: [{ role: 'user', text: 'Trace me' }],
        totalMs: expect.any(Number) as number,
      });
      expect(traceLog).not.toContain('sk-fake');
      expect((await admin.say(chatId, 'No trace'))['traceLog']).toBeNull();
    });

    it('is for administrators of the bot, not for everybody', async () => {
      const botId = await createBot({ adminLogins: 'ada' });
      const traceOf = async (caller: Caller): Promise<unknown> =>
        (await caller.say(await caller.createChat(botId), 'Trace me', { isTraceLogEnabled: true }))['traceLog'];
      expect(await traceOf(ada)).toContain('Trace me');
      expect(await traceOf(bob)).toBeNull();
      const open = await anonymous.createChat();
      expect((await anonymous.say(open, 'Trace me', { isTraceLogEnabled: true }))['traceLog']).toBeNull();
    });
  });

  it('keeps chats made in administration out of the lists, for administrators of the bot only', async () => {
    const botId = await createBot({ adminLogins: 'ada' });
    const total = async (caller: Caller): Promise<number> =>
      (await caller.ok<Page>('GET', `/api/users/current/chats/${botId}`)).totalItemCount;
    const talk = async (caller: Caller): Promise<number[]> => {
      const chatId = await caller.createChat(botId);
      const before = await total(caller);
      await caller.say(chatId, 'Hello', { isAdminChat: true });
      await caller.ok('GET', `/api/chats/${chatId}`);
      return [before, await total(caller)];
    };
    expect(await talk(ada)).toEqual([1, 0]);
    expect(await talk(bob)).toEqual([1, 1]);
  });

  describe('titles by the model', () => {
    const titled = async (changes: Body = {}): Promise<string> => {
      const botId = await createBot(changes);
      await admin.ok('PUT', `/api/admin/bots/${botId}/parameters`, { isTitledByModel: true });
      return botId;
    };
    const isTitle = (_: string, { instructions }: Body): boolean => String(instructions).includes('a title of at most');
    const nameOf = async (chatId: string): Promise<unknown> =>
      (await ada.ok('GET', `/api/chats/${chatId}`))['displayName'];

    it('come after the first answer, cost their own kind of usage, and come once', async () => {
      server.provider.script(isTitle, { text: '"Return of an order."' });
      const chatId = await ada.createChat(await titled());
      const { completionId, chatDisplayName } = await ada.say(chatId, 'How do I send it back?');
      expect(chatDisplayName).toBe('How do I send it back?');
      await eventually(async () => (await nameOf(chatId)) === 'Return of an order');
      expect((await ledgerOf(completionId)).map((row) => row.usage_type)).toEqual([1, 3]);
      await ada.say(chatId, 'And when?');
      const asked = server.provider.journal.requests.filter(({ userMessage, body }) => isTitle(userMessage, body));
      expect(asked).toHaveLength(1);
      expect(await nameOf(chatId)).toBe('Return of an order');
    });

    it('keep a name that a user gave meanwhile', async () => {
      server.provider.script(isTitle, { text: 'By the model', ttft: 300 });
      const chatId = await ada.createChat(await titled());
      const { completionId } = await ada.say(chatId, 'Hello');
      await server.provider.journal.until(({ requests }) => requests.some((each) => isTitle('', each.body)));
      await ada.ok('PUT', `/api/chats/${chatId}/displayName`, { displayName: 'By me' });
      await eventually(async () => (await ledgerOf(completionId)).length === 2);
      expect(await nameOf(chatId)).toBe('By me');
    });

    it('are not missed when the model fails', async () => {
      server.provider.script(isTitle, { status: 500 });
      const chatId = await ada.createChat(await titled());
      expect((await ada.say(chatId, 'Hello'))['assistantMessage']).not.toBe('');
      await server.provider.journal.until(({ requests }) => requests.some((each) => isTitle('', each.body)));
      expect(await nameOf(chatId)).toBe('Hello');
    });
  });

  describe('when all bots are stopped', () => {
    afterEach(() => admin.ok('PUT', '/api/admin/bots/stop/False'));

    it('running answers and those in line end as interrupted, and new messages are refused', async () => {
      const chatId = await ada.createChat();
      const stream = await ada.stream(chatId, 'Talk [[tokens=500 delay=20]]');
      await stream.until(() => stream.deltas().length > 2);
      const queued = ada.call('POST', `/api/chats/${chatId}/completions`, { userMessage: 'Then this' });
      const completions = async (): Promise<Body[]> =>
        (await ada.ok<{ completions: Body[] }>('GET', `/api/chats/${chatId}`)).completions;
      await eventually(async () => (await completions()).length === 2);
      expect(await admin.ok('PUT', '/api/admin/bots/stop/True')).toEqual({});
      const events = await stream.untilEnd();
      expect(events.at(-1)!.data['data']).toMatchObject({ status: 'interrupted', error: { code: 'BOTS_STOPPED' } });
      expect((await queued).body).toMatchObject({ assistantMessage: '', metaData: { tags: ['interrupted'] } });
      // Titles of earlier chats may still be asked for.
      const asked = server.provider.journal.requests.map(({ userMessage }) => userMessage);
      expect(asked).toContainEqual(expect.stringContaining('Talk'));
      expect(asked).not.toContainEqual(expect.stringContaining('Then this'));
      const path = `/api/chats/${chatId}/completions`;
      expect(await ada.refused('POST', path, { userMessage: 'Hello?' })).toEqual([503, 'BOTS_STOPPED']);

      await admin.ok('PUT', '/api/admin/bots/stop/false');
      expect((await ada.say(chatId, 'Hello?'))['assistantMessage']).not.toBe('');
    });
  });
});
