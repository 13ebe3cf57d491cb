import { insertRows, migrate, openDataSource, USAGE_TYPE } from '@app/database';
import type { DataSource } from 'typeorm';
import { UsageReportQuery, type ReportGroup } from '../../apps/api/src/statistics/report/usage-report.dto.js';
import { UsageReportService } from '../../apps/api/src/statistics/report/usage-report.service.js';
import { bearer, HttpClient } from '../support/http-client.js';
import { createDatabase } from '../support/databases.js';
import { ADMIN_KEY, DAY_MS, dayOf, ENGINES, entry, NOW, UsageLedger } from './statistics.support.js';

const HOUR = new Date(NOW - (NOW % 3_600_000)).toISOString();

/** A call of the API's channel that went well; every row names the same columns. */
const call = (changes: Parameters<typeof entry>[0]): ReturnType<typeof entry> =>
  entry({
    status: 'settled',
    outcome: 'ok',
    channel: 'api',
    requests: 0,
    cache_write_tokens: 0,
    duration_ms: null,
    first_text_ms: null,
    ...changes,
  });

describe.each(ENGINES)('the report of use on $engine', ({ settings }) => {
  let ledger: UsageLedger;
  let report: UsageReportService;
  let http: HttpClient;

  beforeAll(async () => {
    ledger = await UsageLedger.open(settings);
    report = ledger.report;
    http = new HttpClient(ledger.url, bearer(ADMIN_KEY));
  }, 60_000);
  afterAll(() => ledger.close());
  beforeEach(() => ledger.clear());

  const read = async (groups: ReportGroup[], changes: Partial<UsageReportQuery> = {}) => {
    const query = Object.assign(new UsageReportQuery(), { PageSize: 200, GroupBy: groups.join(',') }, changes);
    return (await report.list(query, 'en')).items;
  };
  const csv = async (query: string): Promise<string[]> => {
    const { status, text, headers } = await http.text('GET', `/api/statistic/usage.csv${query}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    return text.split('\r\n');
  };

  it('tells of a group what its calls used, took and came to', async () => {
    await ledger.setPrice(3);
    await ledger.store([
      call({ requests: 1, duration_ms: 100, first_text_ms: 20, cache_write_tokens: 7 }),
      call({ duration_ms: 300, first_text_ms: 40, is_estimated: true }),
      call({ outcome: 'PROVIDER_TIMEOUT', model: 'unknown' }),
      call({ outcome: 'PROVIDER_ERROR' }),
      call({ outcome: 'PROVIDER_ERROR' }),
      call({ outcome: 'aborted' }),
      call({ channel: 'widget', at: NOW - DAY_MS }),
      call({ status: 'reserved' }),
    ]);
    expect(await read(['channel', 'hour'], { Channel: 'api' })).toEqual([
      {
        day: null,
        hour: HOUR,
        botId: null,
        botDisplayName: null,
        userKey: null,
        model: null,
        serviceId: null,
        serviceDisplayName: null,
        channel: 'api',
        kind: null,
        requestCount: 1,
        callCount: 6,
        inputTokens: 600,
        cachedTokens: 240,
        cacheWriteTokens: 7,
        outputTokens: 60,
        reasoningTokens: 30,
        costNano: 5 * 420,
        unpricedCount: 1,
        estimatedCount: 1,
        meanDurationMs: 200,
        maxDurationMs: 300,
        meanFirstTextMs: 30,
        maxFirstTextMs: 40,
        abortedCount: 1,
        failedCount: 3,
        failures: [
          { code: 'PROVIDER_ERROR', count: 2 },
          { code: 'PROVIDER_TIMEOUT', count: 1 },
        ],
      },
    ]);
  });

  it('adds up to the ledger and to the days, however it is grouped', async () => {
    await ledger.setPrice(3);
    const rows = Array.from({ length: 3000 }, (_, index) =>
      entry({
        at: NOW - (index % 5) * DAY_MS - (index % 97) * 60_000,
        bot_id: `bot-${index % 7}`,
        user_key: `user:${index % 11}`,
        usage_type: 1 + (index % 4),
        service_id: index % 13 === 0 ? null : index % 2 === 0 ? 'service-1' : 'service-2',
        model: ['known', 'Known', 'other', ''][index % 4]!,
        channel: index % 3 === 0 ? null : `channel-${index % 3}`,
        outcome: ['ok', 'ok', 'PROVIDER_ERROR', 'aborted', null][index % 5]!,
        input_tokens: index,
      }),
    );
    await ledger.store(rows);
    const all = { FromRequestDate: dayOf(NOW - 10 * DAY_MS), PageSize: 5000 };
    const groupings: ReportGroup[][] = [
      ['day'],
      ['hour'],
      ['bot', 'user'],
      ['model'],
      ['service', 'model'],
      ['channel', 'kind'],
      ['day', 'hour', 'bot', 'user', 'model', 'service', 'channel', 'kind'],
    ];
    const expected = rows.reduce<number>((sum, { input_tokens: tokens }) => sum + Number(tokens), 0);
    for (const groups of groupings) {
      const items = await read(groups, all);
      const sum = (field: 'inputTokens' | 'callCount'): number => items.reduce((total, item) => total + item[field], 0);
      expect([groups, sum('inputTokens'), sum('callCount')]).toEqual([groups, expected, rows.length]);
    }
    await ledger.rollup.rollUp(new Date(NOW + DAY_MS));
    const days = async () =>
      (await ledger.database.query<object[]>('SELECT * FROM usage_daily ORDER BY 1, 2, 3, 4, 5, 6')).map((row) => ({
        ...row,
      }));
    const rolledUp = await days();
    await ledger.statistics.rebuild();
    expect(await days()).toEqual(rolledUp);
    expect([await ledger.sumOf('input_tokens'), await ledger.sumOf('request_count')]).toEqual([expected, rows.length]);
    const byModel = (await read(['service', 'model'], all)).map((item) => [item.serviceId, item.model, item.costNano]);
    const stored = await ledger.database.query<{ s: string; m: string; cost: unknown }[]>(
      'SELECT service_id AS s, model AS m, SUM(cost_nano) AS cost FROM usage_daily GROUP BY service_id, model',
    );
    const total = (costs: unknown[]): number => costs.reduce<number>((sum, cost) => sum + Number(cost), 0);
    expect(total(stored.map(({ cost }) => cost))).toBe(total(byModel.map(([, , cost]) => cost)));
  });

  it('keeps what the filters name, in the order that is asked for', async () => {
    await ledger.store([
      entry({ bot_id: 'bot-1', model: 'a', input_tokens: 1 }),
      entry({ bot_id: 'bot-2', model: 'b', input_tokens: 3, usage_type: USAGE_TYPE.title }),
      entry({ bot_id: 'bot-2', model: 'c', input_tokens: 2, user_key: 'user:2', service_id: 'service-2' }),
    ]);
    const models = async (changes: Partial<UsageReportQuery>): Promise<unknown[]> =>
      (await read(['model'], changes)).map(({ model }) => model);
    expect(await models({ OrderBy: 'inputTokens desc' })).toEqual(['b', 'c', 'a']);
    expect(await models({ BotId: 'bot-2' })).toEqual(['b', 'c']);
    expect(await models({ Kind: USAGE_TYPE.title })).toEqual(['b']);
    expect(await models({ UserKey: 'user:2' })).toEqual(['c']);
    expect(await models({ ServiceId: 'service-2' })).toEqual(['c']);
    expect(await models({ Model: 'a' })).toEqual(['a']);
    expect(await models({ Channel: 'api' })).toEqual([]);
    expect(await models({ SearchFor: 'B' })).toEqual(['b']);
  });

  it('tells models apart that differ in case or accents only', async () => {
    await ledger.store(['cafe', 'CAFE', 'café'].map((model) => entry({ model })));
    const models = async (changes: Partial<UsageReportQuery>): Promise<unknown[]> =>
      (await read(['model'], changes)).map(({ model }) => model);
    expect(new Set(await models({}))).toEqual(new Set(['cafe', 'CAFE', 'café']));
    expect(await models({ Model: 'cafe' })).toEqual(['cafe']);
  });

  it('is a file that no spreadsheet executes', async () => {
    const model = '=HYPERLINK("https://evil.example","é\r\n")';
    await ledger.store([entry({ model, outcome: 'ok' }), entry({ model: 'plain', outcome: 'PROVIDER_ERROR' })]);
    const lines = await csv('?groupBy=model&orderBy=model');
    expect(lines[0]).toMatch(/^day,hour,botId,.*,failures$/);
    expect(lines.slice(1).join('\n')).toContain(`"'=HYPERLINK(""https://evil.example"",""é\n"")"`);
    expect(lines.at(-2)).toMatch(/^,,,,,plain,.*,PROVIDER_ERROR 1$/);
  });

  it.each([
    ['groupBy=day,secret', 'GroupBy'],
    ['groupBy=day,,bot', 'GroupBy'],
    ['kind=9', 'Kind'],
    ['kind=chat', 'Kind'],
    ['fromRequestDate=2026-02-30', 'FromRequestDate'],
    ['fromRequestDate=2026-01-01&toRequestDate=2026-12-31', 'FromRequestDate'],
    ['fromRequestDate=2026-02-01&toRequestDate=2026-01-01', 'FromRequestDate'],
    [`model=${'a'.repeat(201)}`, 'Model'],
  ])('refuses %s, and names it', async (query, path) => {
    for (const address of ['/api/statistic/usage', '/api/statistic/usage.csv'])
      expect(await http.call('GET', `${address}?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ path }] },
      });
  });

  it('reads the days it shows by an index', async () => {
    const statements: string[] = [];
    const query = ledger.database.query.bind(ledger.database);
    const spy = jest.spyOn(ledger.database, 'query').mockImplementation((sql: string, ...rest: unknown[]) => {
      statements.push(sql);
      return query(sql, ...(rest as []));
    });
    await read(['day', 'bot']);
    spy.mockRestore();
    const isSqlite = ledger.database.options.type === 'better-sqlite3';
    const sql = statements.find((statement) => statement.includes('usage_ledger'))!;
    const plan = await query(`EXPLAIN ${isSqlite ? 'QUERY PLAN ' : ''}${sql}`, ['2026-01-01', '2026-01-02']);
    expect(JSON.stringify(plan)).toContain('ix_usage_ledger_date');
  });
});

describe.each(ENGINES)('days from before they knew models on $engine', ({ engine }) => {
  let database: DataSource;
  beforeAll(async () => {
    const databaseUrl = engine === 'SQLite' ? null : await createDatabase();
    database = await openDataSource({ databaseUrl, dataDir: ':memory:', poolSize: 2 });
    await migrate(database);
  }, 60_000);
  afterAll(() => database.destroy());

  it('are told apart by model, and keep their sums', async () => {
    while ((await database.query<object[]>('SELECT * FROM migrations')).length > 0) {
      await database.undoLastMigration();
      const [last] = await database.query<{ name: string }[]>(
        'SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1',
      );
      if (last?.name === 'Attempts1795240800000') break;
    }
    const [older, newer] = [entry({ model: 'a', cost_nano: 5 }), entry({ model: 'b', cost_nano: 7, at: NOW + 1 })];
    await insertRows(database.manager, 'usage_ledger', [older, newer, entry({ at: NOW + 2 })]);
    const day = { bot_id: 'bot-1', usage_type: 1, user_key: 'user:1' };
    const sums = { request_count: 2, input_tokens: 200, output_tokens: 20, cost_nano: 12 };
    await insertRows(database.manager, 'usage_daily', [
      { request_date: dayOf(NOW), ...day, ...sums },
      { request_date: '2020-01-01', ...day, ...sums },
    ]);
    const value = JSON.stringify({ watermark: newer['id'], checkedThrough: null });
    await insertRows(database.manager, 'system_state', [
      { name: 'statistics', value, updated_at: '2026-01-01 00:00:00' },
    ]);
    await migrate(database);
    const rows = await database.query<Record<string, unknown>[]>(
      'SELECT * FROM usage_daily ORDER BY request_date, model',
    );
    expect(
      rows.map((row) => [row['request_date'], row['model'], Number(row['request_count']), Number(row['cost_nano'])]),
    ).toEqual([
      ['2020-01-01', '', 2, 12],
      [dayOf(NOW), 'a', 1, 5],
      [dayOf(NOW), 'b', 1, 7],
    ]);
  }, 60_000);
});
