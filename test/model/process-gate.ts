import type { Scheduler } from 'fast-check';
import type { DataSource, EntityManager } from 'typeorm';

const NEVER = new Promise<never>(() => undefined);
const CALM_TURNS = 3;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Counts what happens, to know when everything that could go on by itself has come to a stop. */
export class Activity {
  private moves = 0;
  private underWay = 0;

  noteMove(): void {
    this.moves++;
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.underWay++;
    try {
      return await work();
    } finally {
      this.underWay--;
      this.moves++;
    }
  }

  /** Resolves when nothing moves any more without the scheduler's leave. */
  async untilCalm(): Promise<void> {
    for (let calm = 0, seen = -1; calm < CALM_TURNS;) {
      await nextTurn();
      calm = this.underWay === 0 && this.moves === seen ? calm + 1 : 0;
      seen = this.moves;
    }
  }
}

/**
 * What separates a process from its database: each access waits for the scheduler before it begins and again before its result is
 * heard. A process that is dead hears nothing any more, whatever the database has done; one that is frozen hears it later.
 */
export class ProcessGate {
  private isDead = false;
  private thawed: Promise<void> | null = null;
  private thawNow: () => void = () => undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly activity: Activity,
    private readonly name: string,
  ) {}

  async through<Result>(label: string, access: () => Promise<Result>): Promise<Result> {
    await this.pass(`${this.name} begins ${label}`);
    const result = await this.activity.during(() => settle(access));
    await this.pass(`${this.name} hears of ${label}`);
    return result();
  }

  /** A moment that the scheduler chooses. */
  async pass(label: string): Promise<void> {
    this.activity.noteMove();
    if (this.isDead) return NEVER;
    await this.scheduler.schedule(Promise.resolve(), label);
    if (this.thawed) await this.thawed;
    if (this.isDead) return NEVER;
    this.activity.noteMove();
  }

  get isFrozen(): boolean {
    return this.thawed !== null;
  }

  kill(): void {
    this.isDead = true;
  }

  freeze(): void {
    this.thawed ??= new Promise((resolve) => (this.thawNow = resolve));
  }

  thaw(): void {
    this.thawNow();
    this.thawed = null;
  }
}

/** The data source as one process has it. Transactions are passed as a whole: within one, the database decides. */
export function gateDataSource(dataSource: DataSource, gate: ProcessGate): DataSource {
  const query = (sql: string, parameters?: unknown[]): Promise<unknown> =>
    gate.through('a query', () => dataSource.query(sql, parameters as never));
  const transaction = (work: (manager: EntityManager) => Promise<unknown>): Promise<unknown> =>
    gate.through('a transaction', () => dataSource.transaction(work));
  const manager = Object.create(dataSource.manager, { query: { value: query } }) as EntityManager;
  return Object.create(dataSource, {
    query: { value: query },
    transaction: { value: transaction },
    manager: { value: manager },
  }) as DataSource;
}

async function settle<Result>(access: () => Promise<Result>): Promise<() => Result> {
  try {
    const result = await access();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
