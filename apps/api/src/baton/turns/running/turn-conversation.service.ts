import { AppConfig, AppError } from '@app/common';
import {
  OpenAiProvider,
  ProviderError,
  type ProviderEvent,
  type ProviderItem,
  type ProviderRequest,
} from '@app/openai';
import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { CommitWindow } from './commit-window.js';
import type { LiveTurn } from './live-turn.js';
import { HAND_TO_HUMAN, TurnToolsService, type ToolCall } from '../tools/turn-tools.service.js';
import { TurnMetrics } from './turn.metrics.js';

const BACKOFF_MS = 250;
const MAX_TOOL_ROUNDS = 5;

/** The talk with the model: its words go to the commit window as they come, its calls are answered, its failures are tried again. */
@Injectable()
export class TurnConversation {
  constructor(
    private readonly config: AppConfig,
    private readonly provider: OpenAiProvider,
    private readonly tools: TurnToolsService,
    private readonly window: CommitWindow,
    private readonly metrics: TurnMetrics,
  ) {}

  /** Asks until the model has nothing more to call. Throws PROVIDER_INCOMPLETE when it has not said a word by then. */
  async hold(live: LiveTurn, request: ProviderRequest): Promise<void> {
    let { items } = request;
    const mayHandOff = request.tools.includes(HAND_TO_HUMAN);
    for (let round = 1; ; round++) {
      // In the end nothing is offered any more: the model has to speak.
      const isLast = round > MAX_TOOL_ROUNDS;
      const tools = isLast || live.handOff !== null ? [] : request.tools;
      const { calls, said, reason } = await this.askUntilItSpeaks(live, { ...request, items, tools });
      if (live.signal.aborted) return;
      if (reason === 'length' || reason === 'content_filter') throw cutBy(reason, live);
      if (calls.length === 0 || isLast) return requireAnswer(live);
      items = [...items, ...said, ...(await this.tools.answerCalls(live, calls, mayHandOff))];
      if (live.signal.aborted) return;
    }
  }

  /** Tries again only while nothing was said: words that were heard are never taken back. */
  private async askUntilItSpeaks(live: LiveTurn, request: ProviderRequest): Promise<Round> {
    const saidBefore = live.length;
    for (let attempt = 1; ; attempt++) {
      live.attempts++;
      try {
        return await this.ask(live, request);
      } catch (error) {
        const mayRetry = error instanceof ProviderError && error.retryable && live.length === saidBefore;
        if (!mayRetry || live.signal.aborted || attempt >= this.config.provider.attempts) throw error;
        const backoff = BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random());
        const wait = error.retryAfterSeconds === undefined ? backoff : error.retryAfterSeconds * 1000;
        await delay(wait, undefined, { signal: live.signal }).catch(() => undefined);
        if (live.signal.aborted) return SILENCE;
      }
    }
  }

  private async ask(live: LiveTurn, request: ProviderRequest): Promise<Round> {
    const calls: ToolCall[] = [];
    const carried: ProviderItem[] = [];
    let text = '';
    let reason: DoneReason = 'stop';
    for await (const event of this.provider.stream(request, live.signal)) {
      if (live.signal.aborted) return SILENCE;
      if (event.type === 'text' && event.text !== '') {
        if (live.firstTextAt === null) {
          this.metrics.timeToFirstText.observe((performance.now() - live.startedAt) / 1000);
        }
        if (text === '' && areGlued(live.text, event.text)) live.append('\n\n');
        text += event.text;
        live.append(event.text);
        this.window.add(live);
      } else if (event.type === 'usage') {
        live.addUsage(event.usage);
      } else if (event.type === 'tool_call') {
        calls.push(event);
      } else if (event.type === 'carried') {
        carried.push(event);
      } else if (event.type === 'done') {
        ({ reason } = event);
      }
    }
    const words: ProviderItem[] = text.trim() === '' ? [] : [{ type: 'message', role: 'assistant', text }];
    return { calls, said: [...carried, ...words], reason };
  }
}

type DoneReason = Extract<ProviderEvent, { type: 'done' }>['reason'];

/** What came back from one call of the service. */
interface Round {
  calls: ToolCall[];
  /** What goes before the calls when they are sent back. */
  said: ProviderItem[];
  reason: DoneReason;
}

const SILENCE: Round = { calls: [], said: [], reason: 'stop' };

/** What was said before a call and after it are two sentences. */
const areGlued = (before: string, after: string): boolean => /\S$/.test(before) && /^\S/.test(after);

function cutBy(reason: 'length' | 'content_filter', live: LiveTurn): AppError {
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

/** Silence is an answer only from a bot that makes way for a person. */
function requireAnswer(live: LiveTurn): void {
  if (live.handOff === null && live.text.trim() === '')
    throw new AppError('PROVIDER_INCOMPLETE', { detail: 'The model service has answered without a word.' });
}
