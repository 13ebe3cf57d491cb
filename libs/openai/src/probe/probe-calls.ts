import type { ProbeExtras } from '../dialects/dialect-adapter.js';
import { ProviderError } from '../errors/provider-error.js';
import type { AdaptingAnswer } from '../learning/adapting-answer.js';
import type { AnswerWatch, CarriedItem, ProviderRequest, ProviderToolCall } from '../provider.types.js';

export type Open = (request: ProviderRequest, signal: AbortSignal, extras?: ProbeExtras) => AdaptingAnswer;

export interface ProbeLimits {
  callTimeoutMs: number;
  timeoutMs: number;
}

/** A whole answer. */
export interface Collected {
  text: string;
  calls: (ProviderToolCall | CarriedItem)[];
  reportedUsage: boolean;
  /** The limit of tokens was reached: what is missing may have come later. */
  cut: boolean;
  streamed: boolean;
  milliseconds: number;
}

/** The calls of one probe. They end with its deadline. */
export class ProbeCalls {
  /** Milliseconds until the first text of the first streamed answer that had any. */
  firstTokenMs: number | null = null;
  private readonly deadline: AbortSignal;

  constructor(
    private readonly open: Open,
    private readonly limits: ProbeLimits,
    private readonly watch: AnswerWatch,
  ) {
    this.deadline = AbortSignal.timeout(limits.timeoutMs);
  }

  get isOver(): boolean {
    return this.deadline.aborted;
  }

  /** Throws a `ProviderError`. */
  async collect(request: ProviderRequest, extras?: ProbeExtras): Promise<Collected> {
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    const answer = this.open(request, this.signal(), extras);
    const collected: Pick<Collected, 'text' | 'calls' | 'reportedUsage'> = {
      text: '',
      calls: [],
      reportedUsage: false,
    };
    for await (const event of this.watch(request, answer)) {
      if (event.type === 'text') {
        if (answer.streamed) this.firstTokenMs ??= elapsed();
        collected.text += event.text;
      } else if (event.type === 'usage') collected.reportedUsage = true;
      else if (event.type === 'tool_call' || event.type === 'carried') collected.calls.push(event);
      else if (event.type === 'done')
        return { ...collected, cut: event.reason === 'length', streamed: answer.streamed, milliseconds: elapsed() };
    }
    throw new ProviderError('PROVIDER_TIMEOUT', { detail: 'The model service did not answer the probe in time.' });
  }

  /** For one call. */
  signal(): AbortSignal {
    return AbortSignal.any([this.deadline, AbortSignal.timeout(this.limits.callTimeoutMs)]);
  }
}
