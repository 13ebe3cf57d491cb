import { notFound } from '@app/common';
import type { ChatLogRepository } from '../log/chat-log.repository.js';
import { LogDelta, LogEvent, type ChatListener, type ChatLogHub, type LogItem } from '../log/chat-log.hub.js';
import type { TurnChunksRepository } from '../turns/turn-chunks.repository.js';
import type { LogPosition } from '../log/log-position.js';

export interface FollowerSources {
  hub: ChatLogHub;
  log: ChatLogRepository;
  chunks: TurnChunksRepository;
}

export interface FollowerSink {
  /** Called in order, without gaps and without repetition. `position` is the reader's position after the item. */
  deliver(item: LogItem, position: LogPosition): void;
  /** While the log is read: null to go on, else resolves when the reader has room for more. */
  whenRead?(): Promise<void> | null;
  /** The log could not be read. */
  fail(error: unknown): void;
}

const READ_SIZE = 200;
/** More than this is read from the log again, for a reader that does not keep up. */
const DEFERRED_AT_MOST = 200;

/**
 * Reads a chat's log from any position and then follows it. What this instance commits is delivered from memory; when that does not
 * continue the reader's position (a gap, a wake-up from another instance), the log is read from the database. So every reader sees the
 * same, on every instance.
 *
 * The deltas of a message add up to its text for a reader that saw (or resumed within) the message's turn: missing text is delivered
 * before `message.completed`. Turns that ended before the reader connected are delivered without deltas.
 */
export class ChatFollower implements ChatListener {
  private openTurn: { turnId: string; messageId: string } | null = null;
  private endedTurnId: string | null = null;
  /** A turn whose start was replayed: if it has already ended, its text comes whole with `message.completed`. */
  private replayedTurnId: string | null = null;
  private highestEpoch = 0;
  private unsubscribe: (() => void) | null = null;
  private isReading = false;
  private isStale = false;
  /** Items that were published while the log was being read. */
  private deferred: LogItem[] = [];
  private isReplaying = false;
  private isClosed = false;
  private position: LogPosition;

  constructor(
    private readonly chatId: string,
    start: LogPosition,
    private readonly sources: FollowerSources,
    private readonly sink: FollowerSink,
  ) {
    this.position = { ...start };
  }

  /** Replays from the position, then follows. When the log cannot be read the follower closes. */
  async start(): Promise<void> {
    this.unsubscribe = this.sources.hub.subscribe(this.chatId, this);
    try {
      await this.replay();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Follows without a replay, for a reader whose position is the end of the log and where no turn is running. */
  startLive(): void {
    this.unsubscribe = this.sources.hub.subscribe(this.chatId, this);
  }

  close(): void {
    this.isClosed = true;
    this.unsubscribe?.();
  }

  receive(items: readonly LogItem[]): void {
    if (this.isReading && this.deferred.length < DEFERRED_AT_MOST) this.deferred.push(...items);
    else if (this.isReading) this.isStale = true;
    else if (!this.acceptAll(items)) this.wake();
  }

  wake(lastSeq = Infinity): void {
    if (this.position.seq >= lastSeq) return;
    this.read().catch((error: unknown) => this.sink.fail(error));
  }

  end(): void {
    if (this.isClosed) return;
    this.close();
    this.sink.fail(notFound('The chat'));
  }

  private async replay(): Promise<void> {
    this.isReplaying = true;
    this.isReading = true;
    this.openTurn = await this.sources.log.findOpenTurn(this.chatId, this.position.seq);
    if (this.openTurn === null) this.position.offset = 0;
    this.isReading = false;
    await this.read();
    this.isReplaying = false;
  }

  private acceptAll(items: readonly LogItem[]): boolean {
    return items.every((item) => this.isClosed || this.accept(item));
  }

  /** @returns whether the item continues the position (or lies before it) */
  private accept(item: LogItem): boolean {
    if (item instanceof LogEvent) {
      if (item.event.seq <= this.position.seq) return true;
      if (item.event.seq !== this.position.seq + 1) return false;
      this.deliverEvent(item);
      return true;
    }
    // A delta of an older epoch must never follow the change of the owner.
    if (item.epoch < this.highestEpoch || this.openTurn?.turnId !== item.delta.turnId) return this.isOver(item);
    const known = this.position.offset - item.delta.offset;
    if (known < 0) return false;
    if (known < item.delta.text.length) this.deliverDelta(known === 0 ? item : rest(item, known));
    return true;
  }

  /** The delta's turn has ended for this reader, as opposed to one whose start it has yet to read. */
  private isOver(item: LogDelta): boolean {
    return item.epoch < this.highestEpoch || this.endedTurnId === item.delta.turnId;
  }

  private deliverEvent(item: LogEvent): void {
    const { event } = item;
    this.highestEpoch = Math.max(this.highestEpoch, event.epoch);
    if (event.type === 'message.completed') this.deliverMissingText(event.data, event.epoch);
    this.position.seq = event.seq;
    if (event.type === 'turn.started') {
      this.openTurn = { turnId: event.data.turnId, messageId: event.data.messageId };
      if (this.isReplaying) this.replayedTurnId = event.data.turnId;
      this.position.offset = 0;
    } else if (event.type === 'message.completed' || event.type === 'turn.ended') {
      this.openTurn = null;
      this.endedTurnId = event.data.turnId;
      this.position.offset = 0;
    }
    this.sink.deliver(item, this.position);
  }

  private deliverMissingText(
    { turnId, messageId, text }: { turnId: string; messageId: string; text: string },
    epoch: number,
  ): void {
    const { offset } = this.position;
    const isMissing = this.openTurn?.turnId === turnId && offset < text.length;
    // A turn that ended between the snapshot of its text and the next read of the log had not ended before: its rest is missing.
    const wasOverBefore = this.isReplaying && this.replayedTurnId === turnId && offset === 0;
    if (!isMissing || wasOverBefore) return;
    this.deliverDelta(new LogDelta({ messageId, turnId, offset, text: text.slice(offset) }, epoch));
  }

  private deliverDelta(item: LogDelta): void {
    this.position.offset = item.delta.offset + item.delta.text.length;
    this.sink.deliver(item, this.position);
  }

  private async read(): Promise<void> {
    if (this.isReading) {
      this.isStale = true;
      return;
    }
    this.isReading = true;
    try {
      do {
        this.isStale = false;
        await this.readEvents();
        await this.readRunningText();
        // A busy turn publishes during every read: only what does not continue the read log requires another read.
        const deferred = this.deferred;
        this.deferred = [];
        if (!this.acceptAll(deferred)) this.isStale = true;
      } while (this.isStale && !this.isClosed);
    } finally {
      this.isReading = false;
      this.deferred = [];
    }
  }

  private async readEvents(): Promise<void> {
    while (!this.isClosed) {
      const events = await this.sources.log.findEvents(this.chatId, this.position.seq, READ_SIZE);
      for (const { event, audience } of events) {
        if (this.isClosed) return;
        this.deliverEvent(new LogEvent(event, audience));
        const pause = this.sink.whenRead?.() ?? null;
        if (pause !== null) await pause;
      }
      if (events.length < READ_SIZE) return;
    }
  }

  private async readRunningText(): Promise<void> {
    if (this.openTurn === null || this.isClosed) return;
    const { turnId, messageId } = this.openTurn;
    const { offset } = this.position;
    const text = await this.sources.chunks.findText(turnId, offset);
    const isStillThere = this.openTurn?.turnId === turnId && this.position.offset === offset && !this.isClosed;
    if (text !== '' && isStillThere)
      this.deliverDelta(new LogDelta({ messageId, turnId, offset, text }, this.highestEpoch));
  }
}

const rest = ({ delta, epoch }: LogDelta, known: number): LogDelta =>
  new LogDelta({ ...delta, offset: delta.offset + known, text: delta.text.slice(known) }, epoch);
