import { PagingQuery } from '@app/common';
import { insertRows, USAGE_TYPE, type SqlRow } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { TokenUsageStatisticQuery, UsageRangeQuery } from '../../apps/api/src/statistics/statistics.dto.js';
import { StatisticsService } from '../../apps/api/src/statistics/statistics.service.js';
import { UsageRollupService } from '../../apps/api/src/statistics/usage-rollup.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ENGINES: { engine: string; settings: Record<string, string> }[] = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(process.env['TEST_MYSQL_URL'] ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
const ADMIN_KEY = 'statistics-admin-key-of-32-characters';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SERVICE = 'service-1';

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const idAt = (time: number): string => {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${uuidv7().slice(13)}`;
};

describe.each(ENGINES)('statistics on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let statistics: StatisticsService;
  let rollup: UsageRollupService;
  const now = Date.now();

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ADMIN_API_KEY: ADMIN_KEY });
    database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
    statistics = server.app.get(StatisticsService, { strict: false });
    rollup = server.app.get(UsageRollupService, { strict: false });
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    for (const table of ['usage_ledger', 'usage_daily', 'prices']) await database.query(`DELETE FROM ${table}`);
    await database.query(`DELETE FROM system_state WHERE name = 'statistics'`);
    await rollup.onModuleInit();
  });

  const entry = (changes: SqlRow & { at?: number } = {}): SqlRow => {
    const { at = now, ...columns } = changes;
    return {
      id: idAt(at),
      turn_id: null,
      bot_id: 'bot-1',
      user_key: 'user:1',
      service_id: SERVICE,
      model: 'known',
      usage_type: USAGE_TYPE.chat,
      request_date: dayOf(at),
      input_tokens: 100,
      cached_tokens: 40,
      output_tokens: 10,
      reasoning_tokens: 5,
      is_estimated: false,
      cost_nano: null,
      created_at: new Date(at).toISOString().slice(0, 23).replace('T', ' '),
      ...columns,
    };
  };
  const store = async (rows: SqlRow[]): Promise<void> => {
    for (let start = 0; start < rows.length; start += 500)
      await insertRows(database.manager, 'usage_ledger', rows.slice(start, start + 500));
  };
  const setPrice = (inputNano: number): Promise<unknown> =>
    database.transaction(async (tx) => {
      await tx.query('DELETE FROM prices');
      await insertRows(tx, 'prices', [
        {
          service_id: SERVICE,
          model: 'known',
          input_nano: inputNano,
          cached_nano: 1,
          output_nano: 20,
          updated_at: '2026-01-01 00:00:00.000',
        },
      ]);
    });
  const usage = async (changes: Partial<TokenUsageStatisticQuery> = {}) =>
    (await statistics.getTokenUsage(Object.assign(new TokenUsageStatisticQuery(), { PageSize: 200 }, changes), 'en'))
      .items;
  const costs = async (changes: Partial<UsageRangeQuery> = {}) =>
    (await statistics.getCosts(Object.assign(new UsageRangeQuery(), { PageSize: 200 }, changes), 'en')).items;
  const sumOf = async (column: string): Promise<number> => {
    const [row] = await database.query<{ total: unknown }[]>(`SELECT SUM(${column}) AS total FROM usage_daily`);
    return Number(row!.total);
  };
  const watermark = async (): Promise<string> => {
    const [row] = await database.query<{ value: string }[]>(`SELECT value FROM system_state WHERE name = 'statistics'`);
    return (JSON.parse(row!.value) as { watermark: string }).watermark;
  };

  it('counts requests, users and tokens by day, bot and kind of use as soon as they are in the ledger', async () => {
    await store([
      entry(),
      entry({ user_key: 'user:2' }),
      entry({ user_key: 'user:2' }),
      entry({ usage_type: USAGE_TYPE.title }),
      entry({ bot_id: 'bot-2' }),
      entry({ at: now - DAY_MS }),
    ]);
    const items = await usage();
    expect(items).toHaveLength(4);
    expect(items).toContainEqual({
      requestDate: dayOf(now),
      botId: 'bot-1',
      botDisplayName: '',
      tokenUsageTypeId: 1,
      userCount: 2,
      requestCount: 3,
      promptTokens: 300,
      completionTokens: 30,
      totalTokens: 330,
    });
  });

  it('says the same before, between and after rolling up, and after a rebuild', async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) =>
      entry({
        at: now - (index % 5) * DAY_MS - (index % 97) * 60_000,
        bot_id: `bot-${index % 7}`,
        user_key: `user:${index % 11}`,
        usage_type: 1 + (index % 3),
        input_tokens: index,
        output_tokens: index % 13,
      }),
    );
    await store(rows);
    const fromLedgerAlone = await usage();
    expect(fromLedgerAlone.reduce((sum, { requestCount }) => sum + requestCount, 0)).toBe(12_000);

    await rollup.rollUp(new Date(now - 3 * DAY_MS));
    const between = await watermark();
    expect(await usage()).toEqual(fromLedgerAlone);

    await rollup.rollUp(new Date(now));
    expect((await watermark()) > between).toBe(true);
    expect(await usage()).toEqual(fromLedgerAlone);

    await statistics.rebuild();
    expect(await usage()).toEqual(fromLedgerAlone);

    await rollup.rollUp(new Date(now + DAY_MS));
    expect(await usage()).toEqual(fromLedgerAlone);
    expect(await sumOf('request_count')).toBe(12_000);
  }, 60_000);

  it('never counts a row twice while readers, the job and rebuilds meet', async () => {
    await store(Array.from({ length: 6000 }, (_, index) => entry({ at: now - DAY_MS + index })));
    const counted: number[] = [];
    const read = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) counted.push((await usage())[0]!.requestCount);
    };
    await Promise.all([
      read(),
      rollup.rollUp(new Date(now)),
      rollup.rollUp(new Date(now)),
      statistics.rebuild(),
      read(),
    ]);
    expect(new Set(counted)).toEqual(new Set([6000]));
    expect((await usage())[0]!.requestCount).toBe(6000);
  }, 60_000);

  it('leaves young rows to the ledger, where they can still be corrected', async () => {
    await store([entry()]);
    await rollup.rollUp(new Date(now + 60_000));
    await database.query('UPDATE usage_ledger SET input_tokens = 700');
    expect((await usage())[0]).toMatchObject({ requestCount: 1, promptTokens: 700 });
    await rollup.rollUp(new Date(now + HOUR_MS));
    expect((await usage())[0]).toMatchObject({ requestCount: 1, promptTokens: 700 });
  });

  it('counts a day once more after its end: rows that came too late are in', async () => {
    const noon = Date.UTC(2026, 2, 10, 12);
    await rollup.rollUp(new Date(noon));
    await store([entry({ at: noon - 3 * HOUR_MS })]);
    expect(await usage()).toEqual([]);
    await rollup.rollUp(new Date(noon + DAY_MS));
    expect(await usage()).toMatchObject([{ requestDate: '2026-03-10', requestCount: 1 }]);
  });

  it('drops days that the ledger does not have when it rebuilds', async () => {
    await store([entry({ at: now - DAY_MS }), entry({ at: now - 2 * DAY_MS })]);
    await rollup.rollUp(new Date(now));
    await database.query('DELETE FROM usage_ledger WHERE request_date = ?', [dayOf(now - 2 * DAY_MS)]);
    await statistics.rebuild();
    expect((await usage()).map(({ requestDate }) => requestDate)).toEqual([dayOf(now - DAY_MS)]);
  });

  it('rebuilds one at a time', async () => {
    await store([0, 1, 2, 3].map((days) => entry({ at: now - days * DAY_MS })));
    const [first, second] = await Promise.allSettled([statistics.rebuild(), statistics.rebuild()]);
    const outcomes = [first, second].map((outcome) =>
      outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code,
    );
    expect(outcomes.toSorted()).toEqual(['CONFLICT', 'done']);
    await statistics.rebuild();
  });

  it('filters, searches in both languages, orders and pages', async () => {
    const names = { display_name: 'Complaints', display_name_de: 'ÄRGER & Beschwerden' };
    const [bot] = await database.query<Record<string, SqlRow[string]>[]>('SELECT * FROM bots LIMIT 1');
    await insertRows(database.manager, 'bots', [
      {
        ...bot,
        created_at: '2026-01-01 00:00:00',
        updated_at: '2026-01-01 00:00:00',
        id: 'bot-x',
        code: 'x',
        ...names,
        deleted_at: '2026-01-02 00:00:00',
      },
    ]);
    await store([
      entry({ bot_id: 'bot-x' }),
      entry({ bot_id: 'bot-x', usage_type: USAGE_TYPE.routing, input_tokens: 9000 }),
      entry({ at: now - DAY_MS }),
      entry({ at: now - 5 * DAY_MS }),
    ]);
    expect(await usage({ SearchFor: 'ärger' })).toMatchObject([
      { botDisplayName: 'Complaints' },
      { botDisplayName: 'Complaints' },
    ]);
    const german = await statistics.getTokenUsage(
      Object.assign(new TokenUsageStatisticQuery(), { SearchFor: 'PLAINT' }),
      'de',
    );
    expect(german.items[0]!.botDisplayName).toBe(names.display_name_de);
    expect(await usage({ SearchFor: 'nothing' })).toEqual([]);
    expect(await usage({ BotId: 'bot-x', SearchFor: '%' })).toEqual([]);
    expect(await usage({ BotId: 'bot-x', TokenUsageTypeId: 2 })).toHaveLength(1);
    const yesterday = dayOf(now - DAY_MS);
    expect(await usage({ FromRequestDate: yesterday, ToRequestDate: yesterday })).toHaveLength(1);
    expect((await usage({ OrderBy: 'totalTokens desc' }))[0]!.promptTokens).toBe(9000);
    expect((await usage({ OrderBy: 'requestDate; DROP TABLE usage_daily' })).length).toBe(4);
    const query = Object.assign(new TokenUsageStatisticQuery(), {
      PageSize: 3,
      PageNumber: 2,
      OrderBy: '-requestDate',
    });
    const page = await statistics.getTokenUsage(query, 'en');
    expect(page).toMatchObject({ totalItemCount: 4, totalPageCount: 2, hasPrevious: true, hasNext: false });
    expect(page.items).toMatchObject([{ requestDate: dayOf(now - 5 * DAY_MS) }]);
  });

  it('prices a call once, when it is rolled up, and leaves what has no price unpriced', async () => {
    await setPrice(3);
    await store([entry({ at: now - DAY_MS }), entry({ at: now - DAY_MS, model: 'unknown' })]);
    // 60 fresh tokens at 3, 40 cached at 1, 10 written at 20.
    const known = { model: 'known', costNano: 60 * 3 + 40 + 200, unpricedCount: 0, requestCount: 1, cachedTokens: 40 };
    const unknown = { model: 'unknown', costNano: 0, unpricedCount: 1 };
    expect(await costs({ OrderBy: 'model' })).toMatchObject([known, unknown]);
    await rollup.rollUp(new Date(now));
    await setPrice(1000);
    expect(await costs({ OrderBy: 'model' })).toMatchObject([known, unknown]);
    const stored = await database.query<{ cost_nano: unknown }[]>('SELECT cost_nano FROM usage_ledger ORDER BY model');
    expect(stored.map(({ cost_nano }) => cost_nano && Number(cost_nano))).toEqual([420, null]);

    await database.query(`UPDATE prices SET model = 'unknown', input_nano = 0`);
    await statistics.rebuild();
    expect(await costs({ OrderBy: 'model' })).toMatchObject([known, { costNano: 240, unpricedCount: 0 }]);
    expect(await sumOf('cost_nano')).toBe(660);
  });

  it('does not call a turn unpriced that never reached a service', async () => {
    const nothing = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, reasoning_tokens: 0 };
    await store([entry({ ...nothing, service_id: null, model: '' })]);
    expect(await costs()).toMatchObject([{ model: '', costNano: 0, unpricedCount: 0 }]);
  });

  it.each([
    ['FromRequestDate=2026-02-30', 400],
    ['FromRequestDate=2026-2-3', 400],
    ['ToRequestDate=yesterday', 400],
    ['FromRequestDate=2026-02-02&ToRequestDate=2026-02-01', 400],
    ['TokenUsageTypeId=one', 400],
    ['TokenUsageTypeId=1e3', 400],
    ['TokenUsageTypeId=99999999999', 400],
    ['PageSize=100000', 400],
    ['BotId=a%20b', 400],
    ['FromRequestDate=2024-02-29&ToRequestDate=2024-02-29&tokenusagetypeid=1&botid=x', 200],
  ])('answers tokenUsageStatistic?%s with %i', async (query, status) => {
    const answer = await fetch(`${server.url}/api/statistic/tokenUsageStatistic?${query}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(answer.status).toBe(status);
  });

  it('shows costs of at most 92 days at once', async () => {
    await expect(costs({ FromRequestDate: '2026-01-01', ToRequestDate: '2026-04-03' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(costs({ FromRequestDate: '2026-01-01', ToRequestDate: '2026-04-02' })).resolves.toEqual([]);
    await expect(costs({ FromRequestDate: '2026-01-01' })).resolves.toEqual([]);
  });

  it('takes the empty search of a plain page for none', async () => {
    await store([entry()]);
    expect(
      (await statistics.getTokenUsage(Object.assign(new PagingQuery(), { SearchFor: ' ' }), 'en')).totalItemCount,
    ).toBe(1);
  });
});
