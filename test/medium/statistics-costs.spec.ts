import type { DataSource } from 'typeorm';
import type { StatisticsService } from '../../apps/api/src/statistics/statistics.service.js';
import type { UsageRollupService } from '../../apps/api/src/statistics/usage-rollup.service.js';
import { DAY_MS, ENGINES, entry, NOW, UsageLedger } from './statistics.support.js';

describe.each(ENGINES)('costs on $engine', ({ settings }) => {
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

  it('leaves unpriced what had no price, until a rebuild finds that there is one, and then keeps its cost', async () => {
    await ledger.setPrice(3);
    await ledger.store([entry({ at: NOW - DAY_MS }), entry({ at: NOW - DAY_MS, model: 'unknown' })]);
    // 60 fresh tokens at 3, 40 cached at 1, 10 written at 20.
    const known = { model: 'known', costNano: 60 * 3 + 40 + 200, unpricedCount: 0, requestCount: 1, cachedTokens: 40 };
    const unknown = { model: 'unknown', costNano: 0, unpricedCount: 1 };
    expect(await ledger.costs({ OrderBy: 'model' })).toMatchObject([known, unknown]);
    await rollup.rollUp(new Date(NOW));
    await statistics.rebuild();
    expect(await ledger.costs({ OrderBy: 'model' })).toMatchObject([known, unknown]);
    await ledger.setPrice(1000);
    await statistics.rebuild();
    expect(await ledger.costs({ OrderBy: 'model' })).toMatchObject([known, unknown]);
    const stored = await database.query<{ cost_nano: unknown }[]>('SELECT cost_nano FROM usage_ledger ORDER BY model');
    expect(stored.map(({ cost_nano }) => cost_nano && Number(cost_nano))).toEqual([420, null]);

    await ledger.setPrice(0, 'unknown');
    await statistics.rebuild();
    expect(await ledger.costs({ OrderBy: 'model' })).toMatchObject([known, { costNano: 240, unpricedCount: 0 }]);
    expect(await ledger.sumOf('cost_nano')).toBe(660);
  });

  it('does not call a turn unpriced that never reached a service', async () => {
    const nothing = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, reasoning_tokens: 0 };
    await ledger.store([entry({ ...nothing, service_id: null, model: '', cost_nano: 0 })]);
    expect(await ledger.costs()).toMatchObject([{ model: '', costNano: 0, unpricedCount: 0 }]);
  });

  it('shows costs of at most 92 days at once', async () => {
    await expect(ledger.costs({ FromRequestDate: '2026-01-01', ToRequestDate: '2026-04-03' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(ledger.costs({ FromRequestDate: '2026-01-01', ToRequestDate: '2026-04-02' })).resolves.toEqual([]);
    await expect(ledger.costs({ FromRequestDate: '2026-01-01' })).resolves.toEqual([]);
  });
});
