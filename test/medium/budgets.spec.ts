import { DataSource } from 'typeorm';
import { BudgetsService } from '../../apps/api/src/accounting/budgets/budgets.service.js';
import { ServiceProbesService } from '../../apps/api/src/models/probes/service-probes.service.js';
import { ADMIN_KEY, ChatServer } from '../support/chat-server.js';
import { eventually } from '../support/eventually.js';
import { bearer, HttpClient } from '../support/http-client.js';
import { ENGINES } from './bots.support.js';

const SERVICE = '00000000-0000-7000-8000-000000000001';
const BUDGETS = '/api/admin/budgets';
const PRICE = { model: 'fake-large', inputNano: 2_000_000, outputNano: 3_000_000 };
const PARALLEL = 50;

interface Use {
  subject: string;
  usedNano: number;
  reservedNano: number;
  isWarning: boolean;
  isExceeded: boolean;
}
interface Shown {
  id: string;
  limitNano: number;
  resetsUtc: string;
  uses: Use[];
}

describe.each(ENGINES)('budgets on $engine', ({ settings }) => {
  let server: ChatServer;
  let database: DataSource;
  let http: HttpClient;

  beforeAll(async () => {
    server = await ChatServer.start({ ...(settings as Record<string, string>), PROBE_INTERVAL_HOURS: '0' });
    database = server.app.app.get(DataSource, { strict: false });
    http = new HttpClient(server.app.url, bearer(ADMIN_KEY));
    // What is counted here is used by the tests alone.
    await server.app.app.get(ServiceProbesService, { strict: false }).settled(SERVICE);
    await http.ok('POST', '/api/admin/prices', PRICE);
  }, 60_000);
  beforeEach(async () => {
    for (const { id } of (await http.ok<{ budgets: Shown[] }>('GET', BUDGETS)).budgets)
      await http.text('DELETE', `${BUDGETS}/${id}`);
    await database.query('DELETE FROM usage_ledger');
    server.provider.journal.clear();
    server.provider.reset();
  });
  afterAll(() => server.stop());

  const limit = (limitNano: number, changes: object = {}): Promise<Shown> =>
    http.ok<Shown>('POST', BUDGETS, { scope: 'installation', period: 'day', limitNano, ...changes });
  const useOf = async ({ id }: Shown): Promise<Use | undefined> =>
    (await http.ok<Shown>('GET', `${BUDGETS}/${id}`)).uses[0];
  const calls = (): number =>
    server.provider.journal.requests.filter(({ userMessage }) => userMessage.includes('money')).length;
  const say = async (text = 'About money') => server.complete(await server.createChat(), text);
  /** What one call costs. */
  const measure = async (): Promise<number> => {
    await say();
    const [row] = await database.query<{ cost: number | string }[]>(
      `SELECT SUM(cost_nano) AS cost FROM usage_ledger WHERE usage_type = 1`,
    );
    await database.query('DELETE FROM usage_ledger');
    server.provider.journal.clear();
    return Number(row!.cost);
  };

  it.each([1, 1.5])('for %f calls admits one of 50 parallel turns, to the nano-dollar', async (share) => {
    const cost = await measure();
    const budget = await limit(Math.floor(cost * share));
    const chats = await Promise.all(Array.from({ length: PARALLEL }, () => server.createChat()));
    const answers = await Promise.all(chats.map((chatId) => server.complete(chatId, 'About money')));
    expect(calls()).toBe(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(PARALLEL - 1);
    expect(new Set(refused.map(({ body }) => body['code']))).toEqual(new Set(['BUDGET_EXCEEDED']));
    const wait = Number(refused[0]!.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(86_400);
    expect(await useOf(budget)).toMatchObject({ usedNano: cost, reservedNano: 0 });
  });

  it('returns what a call did not need, and admits calls again', async () => {
    const cost = await measure();
    const budget = await limit(1_000_000_000);
    for (let call = 1; call <= 3; call++) {
      expect((await say()).status).toBe(200);
      expect(await useOf(budget)).toMatchObject({ usedNano: cost * call, reservedNano: 0 });
    }
  });

  it.each([
    ['failed', 'About money [[status=400]]'],
    ['cut', 'About money [[reset=3]] [[delay=2]]'],
  ])('returns what was held for a call that %s', async (_name, text) => {
    const budget = await limit(1_000_000_000);
    await say(text);
    const [row] = await database.query<{ cost: number | string }[]>('SELECT SUM(cost_nano) AS cost FROM usage_ledger');
    expect(await useOf(budget)).toMatchObject({ usedNano: Number(row!.cost), reservedNano: 0 });
  });

  it('counts what was used in the period before it was made', async () => {
    await say();
    await say();
    const budget = await limit(1);
    expect((await say()).status).toBe(429);
    expect((await useOf(budget))!.usedNano).toBeGreaterThan(1);
    expect(calls()).toBe(2);
  });

  it('is charged with probes, and refuses none', async () => {
    const probe = () => http.ok<{ problem: unknown }>('POST', `/api/admin/openAiServices/${SERVICE}/probe`);
    const spent = async (): Promise<number> => {
      const [row] = await database.query<{ cost: unknown }[]>(
        'SELECT SUM(cost_nano) AS cost FROM usage_ledger WHERE usage_type = 4',
      );
      return Number(row!.cost);
    };
    const budget = await limit(1);
    expect(await probe()).toMatchObject({ problem: null });
    expect((await say()).status).toBe(429);
    const once = await spent();
    expect(once).toBeGreaterThan(1);
    expect(await useOf(budget)).toMatchObject({ usedNano: once, reservedNano: 0 });
    expect(await probe()).toMatchObject({ problem: null });
    expect(await spent()).toBeGreaterThan(once);
    expect(await useOf(budget)).toMatchObject({ usedNano: await spent(), reservedNano: 0 });
  });

  it('is for the bot, service or user it names, or for each of them', async () => {
    const { openChatBotId } = await http.ok<{ openChatBotId: string }>('GET', '/api/chats/OpenChatBotId');
    await limit(0, { scope: 'user', subject: '1' });
    expect((await say()).status).toBe(200);
    const ofBot = await limit(0, { scope: 'bot', subject: openChatBotId, period: 'month' });
    const refused = await say();
    expect([refused.status, refused.body['detail']]).toEqual([429, expect.stringContaining('of the bot')]);
    await http.text('PUT', `${BUDGETS}/${ofBot.id}`, { limitNano: 1_000_000_000 });
    expect((await say()).status).toBe(200);
    const ofEach = await limit(1_000_000_000, { scope: 'service' });
    expect((await say()).status).toBe(200);
    expect((await useOf(ofEach))!.subject).not.toBe('');
  });

  it('ends a streamed turn with the same code', async () => {
    await limit(0);
    const chatId = await server.createChat();
    const events = await (await server.stream(chatId, 'About money')).untilEnd();
    expect(JSON.stringify(events.at(-1))).toContain('BUDGET_EXCEEDED');
    expect(calls()).toBe(0);
  });

  it('warns once for each period when 80 % are used', async () => {
    const cost = await measure();
    const budget = await limit(cost);
    await say();
    expect(await useOf(budget)).toMatchObject({ isWarning: true, isExceeded: true });
    const service = server.app.app.get(BudgetsService, { strict: false });
    await Promise.all([service.warn(new Date()), service.warn(new Date())]);
    await service.warn(new Date());
    const warned = () =>
      database.query<unknown[]>(`SELECT id FROM audit_log WHERE action = 'budget.warned' AND target = ?`, [
        `budget:${budget.id}`,
      ]);
    await eventually(warned, ({ length }) => length > 0);
    expect(await warned()).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ['a negative limit', { scope: 'installation', period: 'day', limitNano: -1 }, 'limitNano'],
    ['half a nano-dollar', { scope: 'installation', period: 'day', limitNano: 0.5 }, 'limitNano'],
    ['another period', { scope: 'installation', period: 'week', limitNano: 1 }, 'period'],
    ['another scope', { scope: 'chat', period: 'day', limitNano: 1 }, 'scope'],
    ['an unknown bot', { scope: 'bot', subject: 'none', period: 'day', limitNano: 1 }, 'subject'],
    ['a subject of the installation', { scope: 'installation', subject: '1', period: 'day', limitNano: 1 }, 'subject'],
  ])('refuses %s', async (_name, body, path) => {
    const { status, body: problem } = await http.call<{ errors: { path: string }[] }>('POST', BUDGETS, body);
    expect([status, problem.errors[0]!.path]).toEqual([400, path]);
  });

  it('exist once for the same', async () => {
    await limit(1);
    expect(await http.refused('POST', BUDGETS, { scope: 'installation', period: 'day', limitNano: 2 })).toEqual([
      409,
      'CONFLICT',
    ]);
  });
});
