import { ProviderError, type OpenAiProvider, type ProviderEvent, type ProviderRequest } from '@app/openai';
import { HAND_TO_HUMAN } from '../../apps/api/src/baton/turns/tools/turn-tools.service.js';

export const SCRIPTED_TOOL = 'note_down';

/** One call of a model service: it says what it is told to say, when it is told to. */
export class ScriptedCall {
  readonly words: string[] = [];
  private readonly events: (ProviderEvent | ProviderError)[] = [];
  private wake: (() => void) | null = null;
  isOver = false;

  constructor(
    readonly number: number,
    /** What the customer has said. */
    readonly input: string,
    readonly signal: AbortSignal,
  ) {
    this.isOver = signal.aborted;
    signal.addEventListener('abort', () => this.finish());
  }

  /** Every word can be told from every other, and says who spoke it. */
  speak(count: number): void {
    if (this.isOver) return;
    for (let index = 0; index < count; index++) {
      const word = `${this.number}.${this.words.length} `;
      this.words.push(word);
      this.events.push({ type: 'text', text: word });
    }
    this.wake?.();
  }

  complete(): void {
    const usage = {
      inputTokens: 1,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: this.words.length,
      reasoningTokens: 0,
    };
    this.finish({ type: 'usage', usage }, { type: 'done', reason: 'stop' });
  }

  /** The bot wishes for a person; the turn goes on with another call. */
  askForPerson(): void {
    const call = { callId: `call-${this.number}`, name: HAND_TO_HUMAN.name, arguments: '{}' };
    this.finish({ type: 'tool_call', ...call }, { type: 'done', reason: 'tool_calls' });
  }

  /** The turn goes on with another call, once the tools have answered. */
  callTools(): void {
    const call = (place: number) => ({
      type: 'tool_call' as const,
      callId: `call-${this.number}-${place}`,
      name: SCRIPTED_TOOL,
      arguments: JSON.stringify({ [`told-${place}`]: this.number }),
    });
    this.finish(call(1), call(2), { type: 'done', reason: 'tool_calls' });
  }

  fail(): void {
    this.finish(new ProviderError('PROVIDER_ERROR', { retryable: false }));
  }

  async *stream(): AsyncGenerator<ProviderEvent> {
    for (;;) {
      const event = this.signal.aborted ? undefined : this.events.shift();
      if (event instanceof ProviderError) throw event;
      if (event !== undefined) yield event;
      else if (this.isOver) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private finish(...last: (ProviderEvent | ProviderError)[]): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.push(...last);
    this.wake?.();
  }
}

/** Stands in for the model service of one instance. An abort ends a call in silence, as it does with the real one. */
export class ScriptedProvider implements Pick<OpenAiProvider, 'stream'> {
  private static count = 0;
  readonly calls: ScriptedCall[] = [];

  stream({ items }: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
    const input = items.findLast((item) => item.type === 'message' && item.role === 'user');
    const call = new ScriptedCall(++ScriptedProvider.count, input?.type === 'message' ? input.text : '', signal);
    this.calls.push(call);
    return call.stream();
  }

  /** All that was said in answer to a message over the rounds of its turn, each time that the turn was begun. */
  saidTo(input: string): string[] {
    const said = new Map<AbortSignal, string>();
    for (const { words, signal } of this.calls.filter((call) => call.input === input))
      said.set(signal, (said.get(signal) ?? '') + words.join(''));
    return [...said.values()];
  }

  get openCalls(): ScriptedCall[] {
    return this.calls.filter(({ isOver }) => !isOver);
  }
}
