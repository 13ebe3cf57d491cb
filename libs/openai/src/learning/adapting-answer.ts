import { ProviderError } from '../errors/provider-error.js';
import type { Adjustments, ProviderEvent } from '../provider.types.js';
import type { AnswerStream } from '../stream/answer-stream.js';

const MOST_LESSONS = 10;
const MOST_TRIMS = 1;

/** One call as the provider makes it: opens it with adjustments, learns from a refusal, keeps what has proved itself. */
export interface Teachable {
  open(adjustments: Adjustments): AnswerStream;
  learn(refused: AnswerStream, error: ProviderError, adjustments: Adjustments): Adjustments | null;
  remember(adjustments: Adjustments): void;
}

/**
 * An answer that is asked for differently as long as the service refuses how it is asked. Only before the first event: from then on it is the
 * queue of the one call that was accepted.
 */
export class AdaptingAnswer implements AsyncIterableIterator<ProviderEvent, undefined> {
  private answer: AnswerStream;
  private hasBegun = false;
  private trims = 0;

  constructor(
    private readonly call: Teachable,
    private adjustments: Adjustments,
  ) {
    this.answer = call.open(adjustments);
  }

  /** Whether the service really streamed: some ignore the wish. */
  get streamed(): boolean {
    return this.answer.streamed;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ProviderEvent, undefined>> {
    return this.hasBegun ? this.answer.queue.next() : this.first();
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.hasBegun = true;
    return this.answer.queue.return();
  }

  private async first(): Promise<IteratorResult<ProviderEvent, undefined>> {
    const { adjustments } = this;
    for (let lessons = 0; ; lessons++) {
      try {
        const event = await this.answer.queue.next();
        this.hasBegun = true;
        if (this.adjustments !== adjustments && !event.done) this.call.remember(this.adjustments);
        return event;
      } catch (error) {
        const learned = lessons < MOST_LESSONS && !this.hasBegun ? this.learn(error) : null;
        if (!learned) throw error;
        this.adjustments = learned;
        this.answer = this.call.open(learned);
      }
    }
  }

  private learn(error: unknown): Adjustments | null {
    if (!(error instanceof ProviderError)) return null;
    const learned = this.call.learn(this.answer, error, this.adjustments);
    const isTrimmed = learned !== null && learned.contextTokens !== this.adjustments.contextTokens;
    return isTrimmed && this.trims++ >= MOST_TRIMS ? null : learned;
  }
}
