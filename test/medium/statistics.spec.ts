import { PagingQuery } from '@app/common';
import { insertRows, USAGE_TYPE, type SqlRow } from '@app/database';
import type { DataSource } from 'typeorm';
import { TokenUsageStatisticQuery } from '../../apps/api/src/statistics/statistics.dto.js';
import type { StatisticsService } from '../../apps/api/src/statistics/statistics.service.js';
import type { UsageRollupService } from '../../apps/api/src/statistics/usage-rollup.service.js';
import { ADMIN_KEY, DAY_MS, dayOf, ENGINES, entry, NOW, UsageLedger } from './statistics.support.js';

const HOUR_MS = 3_600_000;

describe.each(ENGINES)('statistics on $engine', ({ settings }) => {
  let ledger: UsageLedger;
  let database: DataSource;
  let statistics: StatisticsService;
  let rollup: UsageRollupService;

  beforeAll(async () => {
    ledger = await UsageLedger.open(settings);
    ({ database, statistics, rollup } = ledger);
  }, 60_000);
  afterAll(() => ledger.close());
  beforeEach(() => ledger.clear());

  const watermark = async (): Promise<string> => {
    const [row] = await database.query<{ value: string }[]>(`SELECT value FROM system_state WHERE name = 'statistics'`);
    return (JSON.parse(row!.value) as { watermark: string }).watermark;
  };

  it('counts requests, users and tokens by day, bot and kind of use as soon as they are in the ledger', async () => {
    await ledger.store([
      entry(),
      entry({ user_key: 'user:2' }),
      entry({ user_key: 'user:2' }),
      entry({ usage_type: USAGE_TYPE.title }),
      entry({ bot_id: 'bot-2' }),
      entry({ at: NOW - DAY_MS }),
    ]);
    const items = await ledger.usage();
    expect(items).toHaveLength(4);
    expect(items).toContainEqual({
      requestDate: dayOf(NOW),
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
        at: NOW - (index % 5) * DAY_MS - (index % 97) * 60_000,
        bot_id: `bot-${index % 7}`,
        user_key: `user:${index % 11}`,
        usage_type: 1 + (index % 3),
        input_tokens: index,
        output_tokens: index % 13,
      }),
    );
    await ledger.store(rows);
    const fromLedgerAlone = await ledger.usage();
    expect(fromLedgerAlone.reduce((sum, { requestCount }) => sum + requestCount, 0)).toBe(12_000);

    await rollup.rollUp(new Date(NOW - 3 * DAY_MS));
    const between = await watermark();
    expect(await ledger.usage()).toEqual(fromLedgerAlone);

    await rollup.rollUp(new Date(NOW));
    expect((await watermark()) > between).toBe(true);
    expect(await ledger.usage()).toEqual(fromLedgerAlone);

    await statistics.rebuild();
    expect(await ledger.usage()).toEqual(fromLedgerAlone);

    await rollup.rollUp(new Date(NOW + DAY_MS));
    expect(await ledger.usage()).toEqual(fromLedgerAlone);
    expect(await ledger.sumOf('request_count')).toBe(12_000);
  }, 60_000);

  it('never counts a row twice while readers, the job and rebuilds meet', async () => {
    await ledger.store(Array.from({ length: 6000 }, (_, index) => entry({ at: NOW - DAY_MS + index })));
    const counted: number[] = [];
    const read = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) counted.push((await ledger.usage())[0]!.requestCount);
    };
    await Promise.all([
      read(),
      rollup.rollUp(new Date(NOW)),
      rollup.rollUp(new Date(NOW)),
      statistics.rebuild(),
      read(),
    ]);
    expect(new Set(counted)).toEqual(new Set([6000]));
    expect((await ledger.usage())[0]!.requestCount).toBe(6000);
  }, 60_000);

  it('leaves young rows to the ledger, where they can still be corrected', async () => {
    await ledger.store([entry()]);
    await rollup.rollUp(new Date(NOW + 60_000));
    await database.query('UPDATE usage_ledger SET input_tokens = 700');
    expect((await ledger.usage())[0]).toMatchObject({ requestCount: 1, promptTokens: 700 });
    await rollup.rollUp(new Date(NOW + HOUR_MS));
    expect((await ledger.usage())[0]).toMatchObject({ requestCount: 1, promptTokens: 700 });
  });

  it('counts a day once more after its end: rows that came too late are in', async () => {
    const noon = Date.UTC(2026, 2, 10, 12);
    await rollup.rollUp(new Date(noon));
    await ledger.store([entry({ at: noon - 3 * HOUR_MS })]);
    expect(await ledger.usage()).toEqual([]);
    await rollup.rollUp(new Date(noon + DAY_MS));
    expect(await ledger.usage()).toMatchObject([{ requestDate: '2026-03-10', requestCount: 1 }]);
  });

  it('drops days that the ledger does not have when it rebuilds', async () => {
    await ledger.store([entry({ at: NOW - DAY_MS }), entry({ at: NOW - 2 * DAY_MS })]);
    await rollup.rollUp(new Date(NOW));
    await database.query('DELETE FROM usage_ledger WHERE request_date = ?', [dayOf(NOW - 2 * DAY_MS)]);
    await statistics.rebuild();
    expect((await ledger.usage()).map(({ requestDate }) => requestDate)).toEqual([dayOf(NOW - DAY_MS)]);
  });

  it('rebuilds one at a time', async () => {
    await ledger.store([0, 1, 2, 3].map((days) => entry({ at: NOW - days * DAY_MS })));
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
    await ledger.store([
      entry({ bot_id: 'bot-x' }),
      entry({ bot_id: 'bot-x', usage_type: USAGE_TYPE.routing, input_tokens: 9000 }),
      entry({ at: NOW - DAY_MS }),
      entry({ at: NOW - 5 * DAY_MS }),
    ]);
    expect(await ledger.usage({ SearchFor: 'ärger' })).toMatchObject([
      { botDisplayName: 'Complaints' },
      { botDisplayName: 'Complaints' },
    ]);
    const german = await statistics.getTokenUsage(
      Object.assign(new TokenUsageStatisticQuery(), { SearchFor: 'PLAINT' }),
      'de',
    );
    expect(german.items[0]!.botDisplayName).toBe(names.display_name_de);
    expect(await ledger.usage({ SearchFor: 'nothing' })).toEqual([]);
    expect(await ledger.usage({ BotId: 'bot-x', SearchFor: '%' })).toEqual([]);
    expect(await ledger.usage({ BotId: 'bot-x', TokenUsageTypeId: 2 })).toHaveLength(1);
    const yesterday = dayOf(NOW - DAY_MS);
    expect(await ledger.usage({ FromRequestDate: yesterday, ToRequestDate: yesterday })).toHaveLength(1);
    expect((await ledger.usage({ OrderBy: 'totalTokens desc' }))[0]!.promptTokens).toBe(9000);
    expect((await ledger.usage({ OrderBy: 'requestDate; DROP TABLE usage_daily' })).length).toBe(4);
    const query = Object.assign(new TokenUsageStatisticQuery(), {
      PageSize: 3,
      PageNumber: 2,
      OrderBy: '-requestDate',
    });
    const page = await statistics.getTokenUsage(query, 'en');
    expect(page).toMatchObject({ totalItemCount: 4, totalPageCount: 2, hasPrevious: true, hasNext: false });
    expect(page.items).toMatchObject([{ requestDate: dayOf(NOW - 5 * DAY_MS) }]);
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
    const answer = await fetch(`${ledger.url}/api/statistic/tokenUsageStatistic?${query}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(answer.status).toBe(status);
  });

  it('takes the empty search of a plain page for none', async () => {
    await ledger.store([entry()]);
    expect(
      (await statistics.getTokenUsage(Object.assign(new PagingQuery(), { SearchFor: ' ' }), 'en')).totalItemCount,
    ).toBe(1);
  });
});
