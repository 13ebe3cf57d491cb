import { insertRows, USAGE_TYPE, type SqlRow } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { PriceBookService } from '../../apps/api/src/accounting/prices/price-book.service.js';
import { TokenUsageStatisticQuery, UsageRangeQuery } from '../../apps/api/src/statistics/statistics.dto.js';
import { UsageReportService } from '../../apps/api/src/statistics/report/usage-report.service.js';
import { StatisticsService } from '../../apps/api/src/statistics/statistics.service.js';
import { UsageRollupService } from '../../apps/api/src/statistics/usage-rollup.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

export const ENGINES: { engine: string; settings: Record<string, string> }[] = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(process.env['TEST_MYSQL_URL'] ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
export const ADMIN_KEY = 'statistics-admin-key-of-32-characters';
export const DAY_MS = 86_400_000;
export const NOW = Date.now();
const SERVICE = 'service-1';

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const idAt = (time: number): string => {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${uuidv7().slice(13)}`;
};

/** A row of the ledger. */
export function entry(changes: SqlRow & { at?: number } = {}): SqlRow {
  const { at = NOW, ...columns } = changes;
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
}

/** The ledger of a server, and what the statistics make of it. */
export class UsageLedger {
  readonly database: DataSource;
  readonly statistics: StatisticsService;
  readonly rollup: UsageRollupService;
  readonly report: UsageReportService;
  private readonly prices: PriceBookService;

  private constructor(private readonly server: TestApp) {
    this.database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
    this.statistics = server.app.get(StatisticsService, { strict: false });
    this.report = server.app.get(UsageReportService, { strict: false });
    this.prices = server.app.get(PriceBookService, { strict: false });
    this.rollup = server.app.get(UsageRollupService, { strict: false });
  }

  static async open(settings: Record<string, string>): Promise<UsageLedger> {
    return new UsageLedger(await startTestApp({ ...settings, ADMIN_API_KEY: ADMIN_KEY }));
  }

  get url(): string {
    return this.server.url;
  }

  async clear(): Promise<void> {
    for (const table of ['usage_ledger', 'usage_daily', 'price_book'])
      await this.database.query(`DELETE FROM ${table}`);
    await this.database.query(`DELETE FROM system_state WHERE name = 'statistics'`);
    await this.rollup.onModuleInit();
  }

  /** Calls that have no cost get the one that they would have been settled with. */
  async store(rows: SqlRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += 500)
      await insertRows(this.database.manager, 'usage_ledger', rows.slice(start, start + 500));
    for (const day of new Set(rows.map((row) => row['request_date']))) await this.prices.priceDay(day as string);
  }

  /** In nano-dollars for a token; a cached one costs 1, one of the answer 20. */
  async setPrice(inputNano: number, model = 'known'): Promise<void> {
    const rates = { inputNano: inputNano * 1e6, cachedNano: 1e6, cacheWriteNano: inputNano * 1e6, outputNano: 20e6 };
    await this.prices.replaceOfService(SERVICE, [{ model, ...rates }]);
  }

  async usage(changes: Partial<TokenUsageStatisticQuery> = {}) {
    const query = Object.assign(new TokenUsageStatisticQuery(), { PageSize: 200 }, changes);
    return (await this.statistics.getTokenUsage(query, 'en')).items;
  }

  async costs(changes: Partial<UsageRangeQuery> = {}) {
    const query = Object.assign(new UsageRangeQuery(), { PageSize: 200 }, changes);
    return (await this.statistics.getCosts(query, 'en')).items;
  }

  async sumOf(column: string): Promise<number> {
    const [row] = await this.database.query<{ total: unknown }[]>(`SELECT SUM(${column}) AS total FROM usage_daily`);
    return Number(row!.total);
  }

  async close(): Promise<void> {
    await this.server.stop();
  }
}
