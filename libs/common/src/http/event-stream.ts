import type { StreamEventData } from '@app/contracts';
import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';

/** A reader that lets this much pile up is let go; it comes back and resumes. With what its connection holds, it is 1 MB. */
const MAX_BUFFERED_BYTES = 786_432;
/** A reader with less than this to read keeps up. */
const KEEPS_UP_BYTES = 65_536;
/** In this time a reader must have read on, when a stream has ended or has more to tell than the reader keeps up with. */
const READ_WITHIN_MS = 30_000;

export const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** What stands between us ends a connection on which nothing comes for long. */
const HEARTBEAT_MS = 15_000;

/** One reader's Server-Sent Events. Frames of one turn of the event loop go out as one write. */
export class EventStream extends Readable {
  private readonly heartbeat = setInterval(() => this.send(': \n\n'), HEARTBEAT_MS).unref();
  private frames: string[] = [];
  private isEnding = false;
  /** When the reader must have read on. */
  private deadline: NodeJS.Timeout | undefined;
  private waiting: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: KEEPS_UP_BYTES, read: () => this.goOn() });
    // The first byte sends the headers: a reader knows that it is connected before anything happens.
    this.push(': connected\n\n');
  }

  /** It takes no more, although what it has taken may still be on its way. */
  get isOver(): boolean {
    return this.destroyed || this.isEnding;
  }

  /** A frame as the format wants it, with its empty line. */
  send(frame: string): void {
    if (this.isOver) return;
    if (this.frames.push(frame) === 1) setImmediate(() => this.flush());
  }

  /** For a writer who has much to tell: null while the reader keeps up, else resolves when it does again, or is let go. */
  whenRead(): Promise<void> | null {
    this.flush();
    if (this.isOver || this.readableLength < KEEPS_UP_BYTES) return null;
    if (this.waiting.length === 0) this.setDeadline(() => this.cut('slow_reader'));
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  finish(): void {
    this.flush();
    this.end();
  }

  /** What a handler answers with. */
  asFile(): StreamableFile {
    return new StreamableFile(this, { type: EVENT_STREAM_TYPE });
  }

  /** Ends the stream although more would follow, and says why. What is still on its way to the reader may get lost. */
  cut(reason: StreamEventData['stream.closed']['reason']): void {
    if (this.isOver) return;
    this.frames = [];
    this.push(`event: stream.closed\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.heartbeat);
    this.goOn();
    clearTimeout(this.deadline);
    done(error);
  }

  /** The reader has taken nearly all. */
  private goOn(): void {
    if (!this.isEnding) clearTimeout(this.deadline);
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private flush(): void {
    if (this.frames.length === 0 || this.destroyed) return;
    const text = this.frames.join('');
    this.frames = [];
    const isBehind = this.readableLength >= KEEPS_UP_BYTES;
    if (isBehind && this.readableLength + text.length > MAX_BUFFERED_BYTES) this.cut('slow_reader');
    else this.pushAll(Buffer.from(text));
  }

  /** In pieces, so that a slow reader is seen to read. */
  private pushAll(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += KEEPS_UP_BYTES) this.push(bytes.subarray(at, at + KEEPS_UP_BYTES));
  }

  private end(): void {
    if (this.isOver) return;
    this.isEnding = true;
    this.push(null);
    this.emit('over');
    this.goOn();
    // What no reader fetches would stay in memory.
    this.setDeadline(() => this.destroy());
  }

  /** A reader that reads on, however slowly, gets the same time again. */
  private setDeadline(act: () => void): void {
    const left = this.readableLength;
    const look = (): void => (this.readableLength < left ? this.setDeadline(act) : act());
    clearTimeout(this.deadline);
    this.deadline = setTimeout(look, READ_WITHIN_MS).unref();
  }
}
