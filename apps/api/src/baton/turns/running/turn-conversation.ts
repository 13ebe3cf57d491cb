import { AppConfig, AppError } from '@app/common';
import { ProviderError, type ProviderEvent, type ProviderItem, type ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { CommitWindow } from './commit-window.js';
import type { LiveTurn } from './live-turn.js';
import { HAND_TO_HUMAN, TurnToolsService, type ToolCall } from '../tools/turn-tools.service.js';
import { TurnMeter } from './turn-meter.js';
import { TurnMetrics } from './turn.metrics.js';

const BACKOFF_MS = 250;
const MAX_TOOL_ROUNDS = 5;

/** The conversation with the model: its text goes to the commit window as it arrives, its tool calls are answered, failed requests are retried. */
@Injectable()
export class TurnConversation {
  constructor(
    private readonly config: AppConfig,
    private readonly meter: TurnMeter,
    private readonly tools: TurnToolsService,
    private readonly window: CommitWindow,
    private readonly metrics: TurnMetrics,
  ) {}

  /** Asks until the model calls no more tools. Throws PROVIDER_INCOMPLETE when it has generated no text by then. */
  async run(live: LiveTurn, request: ProviderRequest): Promise<void> {
    let { items } = request;
    const isHandoffOffered = request.tools.includes(HAND_TO_HUMAN);
    for (let round = 1; ; round++) {
      // The last round offers no tools: the model has to answer.
      const isLast = round > MAX_TOOL_ROUNDS;
      const tools = isLast || live.handoffReason !== null ? [] : request.tools;
      const { calls, output, reason } = await this.askWithRetries(live, { ...request, items, tools });
      if (live.signal.aborted) return;
      if (reason === 'length' || reason === 'content_filter') throw truncationOf(reason, live);
      if (calls.length === 0 || isLast) return requireAnswer(live);
      items = [...items, ...output, ...(await this.tools.answerCalls(live, calls, isHandoffOffered))];
      if (live.signal.aborted) return;
    }
  }

  /** Retries only before the first text of the round: text that was shown is never withdrawn. */
  private async askWithRetries(live: LiveTurn, request: ProviderRequest): Promise<Round> {
    const lengthBefore = live.length;
    for (let attempt = 1; ; attempt++) {
      live.attempts++;
      try {
        return await this.ask(live, request);
      } catch (error) {
        const mayRetry = error instanceof ProviderError && error.retryable && live.length === lengthBefore;
        if (!mayRetry || live.signal.aborted || attempt >= this.config.provider.attempts) throw error;
        const backoff = BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random());
        const wait = error.retryAfterSeconds === undefined ? backoff : error.retryAfterSeconds * 1000;
        await delay(wait, undefined, { signal: live.signal }).catch(() => undefined);
        if (live.signal.aborted) return NO_OUTPUT;
      }
    }
  }

  private async ask(live: LiveTurn, request: ProviderRequest): Promise<Round> {
    const calls: ToolCall[] = [];
    const carried: ProviderItem[] = [];
    let text = '';
    let reason: DoneReason = 'stop';
    for await (const event of await this.meter.stream(live, request)) {
      if (live.signal.aborted) return NO_OUTPUT;
      if (event.type === 'text' && event.text !== '') {
        if (live.firstTextAt === null) {
          this.metrics.timeToFirstText.observe((performance.now() - live.startedAt) / 1000);
        }
        if (text === '' && needsParagraph(live.text, event.text)) live.append('\n\n');
        text += event.text;
        live.append(event.text);
        this.window.add(live);
      } else if (event.type === 'tool_call') {
        calls.push(event);
      } else if (event.type === 'carried') {
        carried.push(event);
      } else if (event.type === 'done') {
        ({ reason } = event);
      }
    }
    const message: ProviderItem[] = text.trim() === '' ? [] : [{ type: 'message', role: 'assistant', text }];
    return { calls, output: [...carried, ...message], reason };
  }
}

type DoneReason = Extract<ProviderEvent, { type: 'done' }>['reason'];

/** The result of one call of the model service. */
interface Round {
  calls: ToolCall[];
  /** What precedes the calls when they are sent back. */
  output: ProviderItem[];
  reason: DoneReason;
}

const NO_OUTPUT: Round = { calls: [], output: [], reason: 'stop' };

/** Texts before and after a tool call are separate paragraphs. */
const needsParagraph = (before: string, after: string): boolean => /\S$/.test(before) && /^\S/.test(after);

function truncationOf(reason: 'length' | 'content_filter', live: LiveTurn): AppError {
  const isFiltered = reason === 'content_filter';
  if (live.text.trim() !== '')
    return new AppError('PROVIDER_ANSWER_CUT', {
      detail: isFiltered
        ? 'The model service has filtered the rest of the answer.'
        : 'The model has reached the limit of its answer.',
    });
  return isFiltered
    ? new AppError('PROVIDER_CONTENT_FILTERED', { detail: 'The model service has filtered the answer.' })
    : new AppError('PROVIDER_INCOMPLETE', { detail: 'The model has reached its limit without a word.' });
}

/** An empty answer is valid only together with a handoff. */
function requireAnswer(live: LiveTurn): void {
  if (live.handoffReason === null && live.text.trim() === '')
    throw new AppError('PROVIDER_INCOMPLETE', { detail: 'The model service has answered without a word.' });
}
