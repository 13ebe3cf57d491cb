import { inSpan } from '@app/common';
import type { DataSource, QueryRunner } from 'typeorm';

const SYSTEMS: Partial<Record<DataSource['options']['type'], string>> = { 'better-sqlite3': 'sqlite' };

/** What a statement does and to which table first: enough to find it, and nothing of what it says. */
const TABLE = /\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+[`"]?(\w+)/i;
const VERBS_WITH_TABLES = /^(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP)$/;
const READ_UP_TO = 4000;

export function summaryOf(sql: string): string {
  const text = sql.slice(0, READ_UP_TO);
  const verb = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'STATEMENT';
  const table = VERBS_WITH_TABLES.test(verb) ? TABLE.exec(text)?.[1] : undefined;
  return table === undefined ? verb : `${verb} ${table}`;
}

/** A span for every statement that a request or a turn makes, waiting for a connection included. */
export function traceStatements(dataSource: DataSource): void {
  const { driver } = dataSource;
  const system = SYSTEMS[dataSource.options.type] ?? dataSource.options.type;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode): QueryRunner => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...statement: unknown[]) => Promise<unknown>;
    const traced = (sql: string, ...rest: unknown[]): Promise<unknown> =>
      inSpan(
        () => summaryOf(sql),
        { kind: 'client', attributes: { 'db.system.name': system } },
        () => query(sql, ...rest),
      );
    return Object.assign(runner, { query: traced });
  };
}
