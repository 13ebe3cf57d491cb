import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/*
 * TypeORM gives a SQLite DataSource one QueryRunner over one connection, so two transactions in flight interleave and committed
 * data is lost. Here every caller gets a runner of its own over that connection, a transaction holds the connection until it
 * ends, and all others wait in line. It reaches into TypeORM's driver: the version is pinned, and a test runs transactions
 * in parallel.
 */

const WAIT_LIMIT_MS = 15_000;

/** Who may talk to the connection now: the running transaction, else all in order of arrival. */
class ConnectionGate {
  private owner: QueryRunner | null = null;
  private readonly waiting: (() => void)[] = [];
  readonly currentTransaction = new AsyncLocalStorage<QueryRunner>();

  isHeldBy(runner: QueryRunner): boolean {
    return this.owner === runner;
  }

  /** Resolves when the caller may go on; with `runner` the connection is then held until {@link release}. */
  enter(runner?: QueryRunner): Promise<void> | undefined {
    if (this.owner === null && this.waiting.length === 0) {
      this.owner = runner ?? null;
      return undefined;
    }
    if (this.owner !== null && this.currentTransaction.getStore() === this.owner) {
      throw new Error('A query inside a transaction went around the EntityManager of the transaction.');
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        this.owner = runner ?? null;
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(Object.assign(new Error(`SQLite was busy for ${WAIT_LIMIT_MS} ms.`), { code: 'SQLITE_BUSY' }));
      }, WAIT_LIMIT_MS);
      this.waiting.push(go);
    });
  }

  release(runner: QueryRunner): void {
    if (this.owner !== runner) return;
    this.owner = null;
    while (this.owner === null && this.waiting.length > 0) this.waiting.shift()!();
  }
}

type GatedRunner = { -readonly [Key in keyof QueryRunner]: QueryRunner[Key] } & {
  stmtCache: Map<string, unknown>;
  transactionDepth: number;
};
type RunnerClass = new (driver: unknown) => GatedRunner;
interface SqliteDriver {
  createQueryRunner(mode: string): QueryRunner;
  queryRunner?: QueryRunner;
}

function gateRunner(runner: GatedRunner, gate: ConnectionGate): QueryRunner {
  const query = runner.query.bind(runner);
  const start = runner.startTransaction.bind(runner);
  const commit = runner.commitTransaction.bind(runner);
  const rollback = runner.rollbackTransaction.bind(runner);
  const release = runner.release.bind(runner);
  const freeIfEnded = (): void => {
    if (!runner.isTransactionActive) gate.release(runner);
  };
  const gated = {
    async query(sql: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<unknown> {
      if (!gate.isHeldBy(runner)) await gate.enter();
      // A deferred transaction that turns to writing later fails with SQLITE_BUSY; an immediate one waits at its start.
      const statement = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
      return query(statement, parameters as never, useStructuredResult as never);
    },
    async startTransaction(level?: Parameters<QueryRunner['startTransaction']>[0]): Promise<void> {
      if (!gate.isHeldBy(runner)) await gate.enter(runner);
      try {
        await start(level);
      } catch (error) {
        if (runner.transactionDepth === 0) {
          runner.isTransactionActive = false;
          gate.release(runner);
        }
        throw error;
      }
    },
    async commitTransaction(): Promise<void> {
      await commit();
      freeIfEnded();
    },
    async rollbackTransaction(): Promise<void> {
      try {
        await rollback();
      } finally {
        freeIfEnded();
      }
    },
    async release(): Promise<void> {
      if (gate.isHeldBy(runner)) {
        await rollback().catch(() => undefined);
        runner.isTransactionActive = false;
        runner.transactionDepth = 0;
        gate.release(runner);
      }
      await release();
    },
  };
  return Object.assign(runner, gated);
}

/** Makes `dataSource.transaction()` safe to call in parallel on SQLite. Call it once, before `initialize()`. */
export function serializeTransactions(dataSource: DataSource): DataSource {
  const driver = dataSource.driver as unknown as SqliteDriver;
  const Runner = driver.createQueryRunner('master').constructor as RunnerClass;
  driver.queryRunner = undefined;
  const gate = new ConnectionGate();
  const statements = new Map<string, unknown>();

  driver.createQueryRunner = () => {
    const runner = new Runner(driver);
    runner.stmtCache = statements;
    return gateRunner(runner, gate);
  };

  const manager = dataSource.manager as EntityManager & { transaction: (...args: unknown[]) => Promise<unknown> };
  const transaction = manager.transaction.bind(manager);
  type Work = (manager: EntityManager) => Promise<unknown>;
  manager.transaction = (...args: unknown[]): Promise<unknown> => {
    const work = args.at(-1) as Work;
    const within: Work = (inner) => gate.currentTransaction.run(inner.queryRunner!, () => work(inner));
    return transaction(...args.slice(0, -1), within);
  };
  return dataSource;
}
