import { createConnection, type ConnectionOptions, type RowDataPacket } from 'mysql2/promise';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSilent, PoolExhausted } from './errors.js';
import type { Pool, PoolConnection } from './pool.js';

const TICK_MS = 250;
/** A statement or a connection that has taken longer is a reason to ask whether the server still answers. */
const SUSPICIOUS_AFTER_MS = 1500;
/** In ticks: of a process that was itself held up, only the time in which it could have read the answer counts. */
const ANSWER_WITHIN_TICKS = 8;
const ASK_AGAIN_AFTER_MS = 500;
/** How long, and how many, may wait for a connection while all of them are at work. */
const LONGEST_WAIT_MS = 10_000;
const MOST_WAITING = 2000;

interface Waiter {
  since: number;
  giveUp: (error: Error) => void;
}

/** A connection with statements under way. */
interface Busy {
  statements: number;
  /** When the server was last heard of here, or the statement was sent. */
  since: number;
  /** The server was seen waiting for a statement that it should have had long ago. */
  isDoubtful: boolean;
}

/**
 * Notices a database that accepts connections and says nothing, and connections that lead nowhere. Not how long a statement takes is
 * judged (a migration or an export may take minutes, and locks are waited for): when one takes longer than usual, the server is asked
 * over a connection of its own. If it does not answer there either, all connections are closed, so that whatever waits for them
 * fails at once, and so does everything new until the server answers again.
 */
export class SilenceWatch {
  private readonly connections = new Map<PoolConnection, Busy>();
  private readonly waiters = new Set<Waiter>();
  private readonly timer: NodeJS.Timeout;
  private isSilent = false;
  private isAsking = false;
  private askAt = 0;
  private lastAnswerAt = 0;

  constructor(
    private readonly pool: Pool,
    first: PoolConnection,
    private readonly target: ConnectionOptions,
    private readonly notify: (isSilent: boolean) => void,
  ) {
    this.watch(first);
    pool.on('connection', (connection) => this.watch(connection));
    this.boundWaiting();
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private watch(connection: PoolConnection): void {
    const busy: Busy = { statements: 0, since: 0, isDoubtful: false };
    const query = connection.query.bind(connection);
    connection.query = (...statement) => {
      if (busy.statements === 0) busy.since = performance.now();
      busy.statements++;
      const command = query(...statement);
      command.once('end', () => {
        busy.statements--;
        busy.isDoubtful = false;
        this.lastAnswerAt = busy.since = performance.now();
      });
      return command;
    };
    this.connections.set(connection, busy);
    connection.stream.once('close', () => this.connections.delete(connection));
  }

  private boundWaiting(): void {
    const getConnection = this.pool.getConnection.bind(this.pool);
    this.pool.getConnection = (callback) => {
      if (this.isSilent) return process.nextTick(callback, new DatabaseSilent());
      if (this.waiters.size >= MOST_WAITING) return process.nextTick(callback, new PoolExhausted());
      const giveUp = (error: Error): void => {
        if (this.waiters.delete(waiter)) callback(error);
      };
      const waiter: Waiter = { since: performance.now(), giveUp };
      this.waiters.add(waiter);
      getConnection((error, connection) => {
        if (this.waiters.delete(waiter)) callback(error, connection);
        else connection?.release();
      });
    };
  }

  private tick(): void {
    const now = performance.now();
    for (const { since, giveUp } of this.waiters) if (now - since > LONGEST_WAIT_MS) giveUp(new PoolExhausted());
    if (this.isAsking || now < this.askAt) return;
    if (this.isSilent || this.isSuspicious(now)) void this.ask();
  }

  private isSuspicious(now: number): boolean {
    const isLong = ({ since }: { since: number }): boolean => now - since > SUSPICIOUS_AFTER_MS;
    return [...this.waiters].some(isLong) || [...this.connections.values()].some((busy) => isStuck(busy, now));
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    const askedAt = performance.now();
    const idle = await this.idleThreads();
    if (idle !== null) {
      this.closeForgotten(idle);
      this.settle(false);
    } else if (this.lastAnswerAt < askedAt) {
      this.settle(true);
      this.closeAll();
    }
    this.askAt = performance.now() + ASK_AGAIN_AFTER_MS;
    this.isAsking = false;
  }

  private settle(isSilent: boolean): void {
    if (this.isSilent === isSilent) return;
    this.isSilent = isSilent;
    this.notify(isSilent);
  }

  private closeAll(): void {
    for (const { giveUp } of this.waiters) giveUp(new DatabaseSilent());
    for (const connection of this.connections.keys()) connection.stream.destroy(new DatabaseSilent());
  }

  /** The way to the server was lost for this connection only, as behind a gateway that forgets quiet ones. */
  private closeForgotten(idle: Set<number>): void {
    const now = performance.now();
    for (const [connection, busy] of this.connections) {
      const isIdleThere = isStuck(busy, now) && idle.has(connection.threadId);
      // Seen once, the answer may be on its way.
      if (isIdleThere && busy.isDoubtful) connection.stream.destroy(new DatabaseSilent());
      busy.isDoubtful = isIdleThere;
    }
  }

  /** The connections that wait for a statement, as the server sees it; null when it does not answer in time. */
  private async idleThreads(): Promise<Set<number> | null> {
    const asking = askServer(this.target);
    for (let tick = 0; tick < ANSWER_WITHIN_TICKS; tick++) {
      const seen = await Promise.race([asking, delay(TICK_MS, undefined, { ref: false })]);
      if (seen !== undefined) return seen;
    }
    return null;
  }
}

const isStuck = ({ statements, since }: Busy, now: number): boolean =>
  statements > 0 && now - since > SUSPICIOUS_AFTER_MS;

type Thread = RowDataPacket & { thread: number; command: string; own: number };

/** An error that the server sends is an answer, too. */
async function askServer(target: ConnectionOptions): Promise<Set<number> | null> {
  try {
    const connection = await createConnection({ ...target, connectTimeout: ANSWER_WITHIN_TICKS * TICK_MS });
    const overdue = setTimeout(() => connection.destroy(), 2 * ANSWER_WITHIN_TICKS * TICK_MS).unref();
    connection.on('error', () => undefined);
    try {
      const [threads] = await connection.query<Thread[]>(
        'SELECT id AS thread, command AS command, CONNECTION_ID() AS own FROM information_schema.processlist',
      );
      // A proxy in between may number connections in its own way.
      if (threads[0]?.own !== connection.threadId) return new Set();
      return new Set(threads.filter(({ command }) => command === 'Sleep').map(({ thread }) => thread));
    } finally {
      clearTimeout(overdue);
      connection.destroy();
    }
  } catch (error) {
    const isAnswer = typeof (error as { sqlState?: unknown }).sqlState === 'string';
    return isAnswer ? new Set() : null;
  }
}
