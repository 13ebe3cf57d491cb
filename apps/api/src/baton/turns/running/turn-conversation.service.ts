import { AppConfig, AppError } from '@app/common';
import { OpenAiProvider, ProviderError, type ProviderRequest } from '@app/openai';
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
      const calls = await this.askUntilItSpeaks(live, { ...request, items, tools });
      if (live.signal.aborted) return;
      if (calls.length === 0 || isLast) return requireAnswer(live);
      items = [...items, ...(await this.tools.answerCalls(live, calls, mayHandOff))];
      if (live.signal.aborted) return;
    }
  }

  /** Tries again only while nothing was said: words that were heard are never taken back. */
  private async askUntilItSpeaks(live: LiveTurn, request: ProviderRequest): Promise<ToolCall[]> {
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
        if (live.signal.aborted) return [];
      }
    }
  }

  private async ask(live: LiveTurn, request: ProviderRequest): Promise<ToolCall[]> {
    const calls: ToolCall[] = [];
    for await (const event of this.provider.stream(request, live.signal)) {
      if (live.signal.aborted) return [];
      if (event.type === 'text' && event.text !== '') {
        if (live.firstTextAt === null) {
          this.metrics.timeToFirstText.observe((performance.now() - live.startedAt) / 1000);
        }
        live.append(event.text);
        this.window.add(live);
      } else if (event.type === 'usage') {
        live.addUsage(event.usage);
      } else if (event.type === 'tool_call') {
        calls.push({ callId: event.callId, name: event.name, arguments: event.arguments });
      }
    }
    return calls;
  }
}

/** Silence is an answer only from a bot that makes way for a person. */
function requireAnswer(live: LiveTurn): void {
  if (live.handOff === null && live.text.trim() === '')
    throw new AppError('PROVIDER_INCOMPLETE', { detail: 'The model service has answered without a word.' });
}
