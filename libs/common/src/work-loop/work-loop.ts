import { Logger } from '@nestjs/common';
import { withoutSpan } from '../tracing/span.js';

/** Each pause is shortened by up to this share, so that instances which started together do not ask the database together. */
const JITTER = 0.1;

/** Returns true when there is more to do than one round could take: the next one follows at once. */
export type Round = () => Promise<boolean | void>;

/**
 * Work that is repeated for as long as the server runs. One round at a time: after `intervalMs`, at once when woken, or when a
 * caller waits for one. A round that fails is made up for by the next.
 */
export class WorkLoop {
  private readonly logger = new Logger(WorkLoop.name);
  private state: 'new' | 'started' | 'stopped' = 'new';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private queued: Promise<void> | null = null;
  private lastFailure: string | null = null;

  /** `name` says in the log what failed, as in "Checking the queue". */
  constructor(
    private readonly name: string,
    private readonly intervalMs: number | (() => number),
    private readonly round: Round,
  ) {}

  /** The first round follows after one interval. */
  start(): void {
    this.state = 'started';
    this.schedule();
  }

  /** Asks for a round that sees what was written before this call. Has no effect until the loop is started. */
  wake(): void {
    if (this.state === 'started') void this.run();
  }

  /** Resolves when a round that began after this call is over, whether it went well or not. */
  run(): Promise<void> {
    if (this.state === 'stopped') return Promise.resolve();
    if (this.running === null) return this.begin();
    return (this.queued ??= this.running.then(() => {
      this.queued = null;
      return this.begin();
    }));
  }

  /** Resolves when the current round is over; none follows. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    clearTimeout(this.timer);
    await (this.queued ?? this.running);
  }

  private begin(): Promise<void> {
    clearTimeout(this.timer);
    // The round starts a moment later: it must not end before it is known to be running.
    return (this.running = withoutSpan(() => Promise.resolve().then(() => this.perform())));
  }

  private async perform(): Promise<void> {
    const isMore = this.state !== 'stopped' && (await this.tryRound());
    // A round that waits for this one takes its place without a gap.
    if (this.queued !== null) return;
    this.running = null;
    if (isMore) this.wake();
    else this.schedule();
  }

  private async tryRound(): Promise<boolean> {
    try {
      const isMore = (await this.round()) === true;
      if (this.lastFailure !== null) this.logger.log(`${this.name} works again`);
      this.lastFailure = null;
      return isMore;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  /** A failure that repeats itself round after round is logged once. */
  private report(error: unknown): void {
    const failure = String(error);
    if (failure !== this.lastFailure) this.logger.error({ err: error }, `${this.name} failed; trying again`);
    this.lastFailure = failure;
  }

  private schedule(): void {
    if (this.state !== 'started') return;
    const intervalMs = typeof this.intervalMs === 'number' ? this.intervalMs : this.intervalMs();
    this.timer = setTimeout(() => this.wake(), intervalMs * (1 - JITTER * Math.random()));
  }
}
