/// <reference lib="es2024.string" />
import type { AnswerSink } from '../dialects/dialect-adapter.js';
import { errorFromEvent, ProviderError, type Secrets } from '../errors/provider-error.js';
import type { ProviderEvent, ProviderUsage } from '../provider.types.js';
import { citationOf } from './citation.js';
import { ThoughtFilter } from './thought-filter.js';

const LONGEST_ANSWER = 4 * 1024 * 1024;
/** What is passed on of the thoughts of one answer, in characters. */
const LONGEST_THOUGHTS = 16_000;
const MOST_CITATIONS = 100;
const NOTHING_MORE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** What can come while a piece of the text is still held back. */
const BESIDE_TEXT: ReadonlySet<ProviderEvent['type']> = new Set(['text', 'thought', 'citation']);

interface Waiter {
  resolve(result: IteratorResult<ProviderEvent, undefined>): void;
  reject(error: ProviderError): void;
}

/**
 * Between the socket, which pushes, and the turn, which pulls. Text that arrives faster than it is pulled is joined, so a
 * slow reader costs fewer steps and no more memory than the text itself.
 */
export class AnswerQueue implements AnswerSink, AsyncIterableIterator<ProviderEvent, undefined> {
  /** The error that the service reported inside its answer. */
  reported: unknown;

  private readonly events: ProviderEvent[] = [];
  private waiter: Waiter | null = null;
  private error: ProviderError | null = null;
  private readonly filter = new ThoughtFilter((thought) => this.thought(thought));
  private thoughtsLength = 0;
  private citations = 0;
  private heldSurrogate = '';
  private length = 0;
  private over = false;

  /** `onSettled` is called once, as soon as no more events can come; `cancelled` when it was not the service who ended. */
  constructor(
    private readonly secrets: Secrets,
    private readonly onSettled: (cancelled: boolean) => void,
    /** Who answers. */
    private readonly origin?: string,
  ) {}

  get settled(): boolean {
    return this.over;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ProviderEvent, undefined>> {
    const event = this.events.shift();
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.error) {
      const { error } = this;
      this.error = null;
      return Promise.reject(error);
    }
    if (this.over) return Promise.resolve(NOTHING_MORE);
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.cancel();
    return Promise.resolve(NOTHING_MORE);
  }

  /** Ends the iteration silently: nothing that is still queued is delivered. */
  cancel(): void {
    this.events.length = 0;
    this.error = null;
    if (!this.settle(true)) return;
    this.waiter?.resolve(NOTHING_MORE);
    this.waiter = null;
  }

  fail(error: ProviderError): void {
    if (!this.settle(true)) return;
    if (this.waiter) this.waiter.reject(error);
    else this.error = error;
    this.waiter = null;
  }

  text(piece: string): void {
    if (this.over) return;
    if (typeof piece !== 'string') throw new TypeError('A piece of the answer is not text.');
    let text = this.heldSurrogate + piece;
    this.heldSurrogate = '';
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.heldSurrogate = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (text !== '') this.pushText(this.filter.take(text.toWellFormed()));
  }

  toolCall(callId: string, name: string, args: string, extra?: Record<string, unknown>): void {
    if (typeof callId !== 'string' || typeof name !== 'string' || callId === '' || name === '') {
      throw new TypeError('A tool call lacks its id or name.');
    }
    this.grow(args.length);
    this.push({ type: 'tool_call', callId, name, arguments: args.toWellFormed(), ...this.own(extra) });
  }

  carried(value: Record<string, unknown>, isLasting?: boolean): void {
    this.grow(JSON.stringify(value).length);
    this.push({ type: 'carried', value, isLasting, origin: this.origin });
  }

  thought(piece: string, kind: 'thought' | 'commentary' = 'thought'): void {
    if (typeof piece !== 'string') return;
    const text = piece.slice(0, LONGEST_THOUGHTS - this.thoughtsLength).toWellFormed();
    if (this.over || text === '') return;
    this.thoughtsLength += text.length;
    const last = this.events.at(-1);
    if (last?.type === 'thought' && last.kind === kind) last.text += text;
    else this.push({ type: 'thought', kind, text });
  }

  cited(title: unknown, url: unknown): void {
    const citation = citationOf(title, url);
    if (citation && this.citations++ < MOST_CITATIONS) this.push({ type: 'citation', ...citation });
  }

  usage(usage: ProviderUsage): void {
    this.push({ type: 'usage', usage });
  }

  done(reason: Extract<ProviderEvent, { type: 'done' }>['reason'], extra?: Record<string, unknown>): void {
    this.push({ type: 'done', reason, ...this.own(extra) });
    this.settle(false);
  }

  failed(error: unknown): void {
    this.reported = error;
    this.fail(errorFromEvent(error, this.secrets));
  }

  /** What was held back because more could have followed. */
  private releaseText(): void {
    const half = this.heldSurrogate === '' ? '' : '\ufffd';
    this.heldSurrogate = '';
    this.pushText(this.filter.take(half) + this.filter.end());
  }

  private pushText(text: string): void {
    if (text === '') return;
    this.grow(text.length);
    const last = this.events.at(-1);
    if (last?.type === 'text') last.text += text;
    else this.push({ type: 'text', text });
  }

  private push(event: ProviderEvent): void {
    if (this.over) return;
    if (!BESIDE_TEXT.has(event.type)) this.releaseText();
    if (this.waiter) {
      this.waiter.resolve({ done: false, value: event });
      this.waiter = null;
    } else {
      this.events.push(event);
    }
  }

  private own(extra: Record<string, unknown> | undefined) {
    return extra && { extra, origin: this.origin };
  }

  private grow(by: number): void {
    this.length += by;
    if (this.length > LONGEST_ANSWER) throw new RangeError('The answer is too long.');
  }

  private settle(cancelled: boolean): boolean {
    if (this.over) return false;
    this.over = true;
    this.onSettled(cancelled);
    return true;
  }
}
