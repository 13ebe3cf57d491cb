import { dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ReportGroup } from './usage-report.dto.js';

/** Null stands for every value. The days are UTC, and both count. */
export interface ReportFilter {
  from: string;
  to: string;
  botId: string | null;
  userKey: string | null;
  model: string | null;
  serviceId: string | null;
  channel: string | null;
  usageType: number | null;
}

type Count = number | string | null;

/** The calls of one group that ended in one way. Sums come back as text from MySQL and MariaDB. */
export type OutcomeRow = Partial<Record<ReportGroup, string | number | null>> & {
  outcome: string | null;
  attempts: Count;
  requests: Count;
  inputTokens: Count;
  cachedTokens: Count;
  cacheWriteTokens: Count;
  outputTokens: Count;
  reasoningTokens: Count;
  costNano: Count;
  unpriced: Count;
  estimated: Count;
  durationSum: Count;
  durationCount: Count;
  durationMax: Count;
  firstTextSum: Count;
  firstTextCount: Count;
  firstTextMax: Count;
};

const COST = 'l.cost_nano';
const MEASURES = `l.outcome AS outcome, COUNT(*) AS attempts, SUM(l.requests) AS requests,
  SUM(l.input_tokens) AS inputTokens, SUM(l.cached_tokens) AS cachedTokens, SUM(l.cache_write_tokens) AS cacheWriteTokens,
  SUM(l.output_tokens) AS outputTokens, SUM(l.reasoning_tokens) AS reasoningTokens,
  COALESCE(SUM(${COST}), 0) AS costNano, SUM(CASE WHEN ${COST} IS NULL THEN 1 ELSE 0 END) AS unpriced,
  SUM(CASE WHEN l.is_estimated THEN 1 ELSE 0 END) AS estimated,
  SUM(l.duration_ms) AS durationSum, COUNT(l.duration_ms) AS durationCount, MAX(l.duration_ms) AS durationMax,
  SUM(l.first_text_ms) AS firstTextSum, COUNT(l.first_text_ms) AS firstTextCount, MAX(l.first_text_ms) AS firstTextMax`;

/** Reads the ledger itself: what is shown is what was spent, to the last call. */
@Injectable()
export class UsageReportRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** At most `limit` rows: one for each group and each way in which its calls ended. */
  list(filter: ReportFilter, groups: readonly ReportGroup[], limit: number): Promise<OutcomeRow[]> {
    const { sql, parameters } = conditionOf(filter);
    const columns = groups.map((group) => `${this.columnOf(group)} AS ${quoted(group)}`);
    const keys = [...groups.map((group) => this.columnOf(group)), 'l.outcome'];
    return this.dataSource.query<OutcomeRow[]>(
      `SELECT ${[...columns, MEASURES].join(', ')} FROM usage_ledger l
       WHERE ${sql} GROUP BY ${keys.join(', ')} LIMIT ${limit}`,
      parameters,
    );
  }

  /** The names of all bots and services by their ids, in German too for bots. */
  async findNames(): Promise<{ id: string; name: string; nameDe: string }[]> {
    return this.dataSource.query(
      `SELECT id, display_name AS name, display_name_de AS nameDe FROM bots
       UNION ALL SELECT id, display_name, '' FROM openai_services`,
    );
  }

  private columnOf(group: ReportGroup): string {
    if (group !== 'hour') return COLUMNS[group];
    // The first hour of a day is 00, in UTC.
    return dialectOf(this.dataSource).isSqlite
      ? `SUBSTR(l.created_at, 1, 13)`
      : `DATE_FORMAT(l.created_at, '%Y-%m-%d %H')`;
  }
}

const COLUMNS: Record<Exclude<ReportGroup, 'hour'>, string> = {
  day: 'l.request_date',
  bot: 'l.bot_id',
  user: 'l.user_key',
  model: 'l.model',
  service: 'l.service_id',
  channel: 'l.channel',
  kind: 'l.usage_type',
};

/** `user` and `hour` are words of some engine. */
const quoted = (name: string): string => `\`${name}\``;

function conditionOf(filter: ReportFilter): { sql: string; parameters: (string | number)[] } {
  const equal: [string, string | number | null][] = [
    ['l.bot_id', filter.botId],
    ['l.user_key', filter.userKey],
    ['l.model', filter.model],
    ['l.service_id', filter.serviceId],
    ['l.channel', filter.channel],
    ['l.usage_type', filter.usageType],
  ];
  const set = equal.filter((condition): condition is [string, string | number] => condition[1] !== null);
  return {
    sql: [
      'l.request_date >= ? AND l.request_date <= ?',
      ...set.map(([column]) => `${column} = ?`),
      // Written so that the engines find the rows by their days: nearly all of them are settled.
      `l.status <> 'reserved'`,
    ].join(' AND '),
    parameters: [filter.from, filter.to, ...set.map(([, value]) => value)],
  };
}
