import type { ListOptions } from '@app/common';
import { dialectOf, placeholders } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockState } from './usage-rollup.repository.js';

export const USAGE_ORDER_FIELDS = [
  'requestDate',
  'botDisplayName',
  'tokenUsageTypeId',
  'userCount',
  'requestCount',
  'promptTokens',
  'completionTokens',
  'totalTokens',
] as const;
export type UsageOrder = (typeof USAGE_ORDER_FIELDS)[number];

export const COST_ORDER_FIELDS = [
  'requestDate',
  'botDisplayName',
  'model',
  'requestCount',
  'costNano',
  'unpricedCount',
] as const;
export type CostOrder = (typeof COST_ORDER_FIELDS)[number];

/** Which use is counted; null stands for no bound, and `botIds` for every bot. */
export interface UsageFilter {
  botIds: string[] | null;
  usageType: number | null;
  from: string | null;
  to: string | null;
}

type Count = number | string;
interface BotNames {
  botName: string | null;
  botNameDe: string | null;
}

/** Sums come back as text from MySQL and MariaDB. */
export interface UsageRow extends BotNames {
  requestDate: string;
  botId: string;
  usageType: Count;
  userCount: Count;
  requestCount: Count;
  inputTokens: Count;
  outputTokens: Count;
}

export interface UsageCostRow extends BotNames {
  requestDate: string;
  botId: string;
  model: string;
  requestCount: Count;
  inputTokens: Count;
  cachedTokens: Count;
  outputTokens: Count;
  costNano: Count;
  unpricedCount: Count;
}

const BOT_NAME = `LOWER(COALESCE(b.display_name, ''))`;
const USAGE_ORDER: Record<UsageOrder, string> = {
  requestDate: 'c.request_date',
  botDisplayName: BOT_NAME,
  tokenUsageTypeId: 'c.usage_type',
  userCount: 'userCount',
  requestCount: 'requestCount',
  promptTokens: 'inputTokens',
  completionTokens: 'outputTokens',
  totalTokens: 'SUM(c.input_tokens) + SUM(c.output_tokens)',
};
const COST_ORDER: Record<CostOrder, string> = {
  requestDate: 'l.request_date',
  botDisplayName: BOT_NAME,
  model: 'l.model',
  requestCount: 'requestCount',
  costNano: 'costNano',
  unpricedCount: 'unpricedCount',
};

/** Reads the use of tokens: the rolled-up days and what the ledger has beyond them, so that figures are right at once. */
@Injectable()
export class UsageStatisticsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All bots ever, for finding some by name. */
  findBotNames(): Promise<{ id: string; name: string; nameDe: string }[]> {
    return this.dataSource.query('SELECT id, display_name AS name, display_name_de AS nameDe FROM bots');
  }

  async listUsage(
    filter: UsageFilter,
    { skip, take, orderBy }: ListOptions<UsageOrder>,
  ): Promise<[UsageRow[], number]> {
    const { sql, parameters } = conditionOf(filter);
    return this.dataSource.transaction(async (tx) => {
      // Nothing may move from the ledger into the days between the two halves of the reading.
      const { watermark } = await lockState(tx, dialectOf(this.dataSource).forShare);
      const cells = `(SELECT request_date, bot_id, usage_type, user_key, request_count, input_tokens, output_tokens
          FROM usage_daily WHERE ${sql}
        UNION ALL SELECT request_date, bot_id, usage_type, user_key, requests, input_tokens, output_tokens
          FROM usage_ledger WHERE id > ? AND status <> 'reserved' AND ${sql}) c`;
      const bound = [...parameters, watermark, ...parameters];
      const total = await countRows(
        tx,
        `SELECT 1 FROM ${cells} GROUP BY c.request_date, c.bot_id, c.usage_type`,
        bound,
      );
      const rows = await tx.query<UsageRow[]>(
        `SELECT c.request_date AS requestDate, c.bot_id AS botId, c.usage_type AS usageType,
           b.display_name AS botName, b.display_name_de AS botNameDe, COUNT(DISTINCT c.user_key) AS userCount,
           SUM(c.request_count) AS requestCount, SUM(c.input_tokens) AS inputTokens, SUM(c.output_tokens) AS outputTokens
         FROM ${cells} LEFT JOIN bots b ON b.id = c.bot_id
         GROUP BY c.request_date, c.bot_id, c.usage_type, b.display_name, b.display_name_de
         ORDER BY ${USAGE_ORDER[orderBy.field]} ${orderBy.direction}, c.request_date DESC, c.bot_id, c.usage_type
         LIMIT ? OFFSET ?`,
        [...bound, take, skip],
      );
      return [rows, total];
    });
  }

  /** Costs are those that were settled; a call without one had no price. */
  async listCosts(
    filter: UsageFilter,
    { skip, take, orderBy }: ListOptions<CostOrder>,
  ): Promise<[UsageCostRow[], number]> {
    const { sql, parameters } = conditionOf(filter, 'l.');
    return this.dataSource.transaction(async (tx) => {
      const groups = `SELECT 1 FROM usage_ledger l WHERE l.status <> 'reserved' AND ${sql} GROUP BY l.request_date, l.bot_id, l.model`;
      const total = await countRows(tx, groups, parameters);
      const rows = await tx.query<UsageCostRow[]>(
        `SELECT l.request_date AS requestDate, l.bot_id AS botId, l.model AS model,
           b.display_name AS botName, b.display_name_de AS botNameDe, SUM(l.requests) AS requestCount,
           SUM(l.input_tokens) AS inputTokens, SUM(l.cached_tokens) AS cachedTokens, SUM(l.output_tokens) AS outputTokens,
           COALESCE(SUM(l.cost_nano), 0) AS costNano, SUM(CASE WHEN l.cost_nano IS NULL THEN 1 ELSE 0 END) AS unpricedCount
         FROM usage_ledger l LEFT JOIN bots b ON b.id = l.bot_id
         WHERE l.status = 'settled' AND ${sql}
         GROUP BY l.request_date, l.bot_id, l.model, b.display_name, b.display_name_de
         ORDER BY ${COST_ORDER[orderBy.field]} ${orderBy.direction}, l.request_date DESC, l.bot_id, l.model
         LIMIT ? OFFSET ?`,
        [...parameters, take, skip],
      );
      return [rows, total];
    });
  }
}

async function countRows(tx: EntityManager, sql: string, parameters: (string | number)[]): Promise<number> {
  const [row] = await tx.query<{ total: Count }[]>(`SELECT COUNT(*) AS total FROM (${sql}) g`, parameters);
  return Number(row!.total);
}

function conditionOf(
  { botIds, usageType, from, to }: UsageFilter,
  table = '',
): { sql: string; parameters: (string | number)[] } {
  const conditions: [string, (string | number)[]][] = [];
  if (from !== null) conditions.push([`${table}request_date >= ?`, [from]]);
  if (to !== null) conditions.push([`${table}request_date <= ?`, [to]]);
  if (usageType !== null) conditions.push([`${table}usage_type = ?`, [usageType]]);
  if (botIds !== null)
    conditions.push(
      botIds.length === 0 ? ['1 = 0', []] : [`${table}bot_id IN (${placeholders(botIds.length)})`, botIds],
    );
  return {
    sql: conditions.length === 0 ? '1 = 1' : conditions.map(([sql]) => sql).join(' AND '),
    parameters: conditions.flatMap(([, values]) => values),
  };
}
