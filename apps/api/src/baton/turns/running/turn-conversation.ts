import { AppConfig, AppError } from '@app/common';
import type { CarriedItem, ProviderEvent, ProviderItem, ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { mismatchOf } from '../../../bots/index.js';
import { ModelCallsService, type ModelAnswer, type ModelTarget } from '../../../models/index.js';
import type { Prompt } from '../prompt/turn-prompt.service.js';
import { CommitWindow } from './commit-window.js';
import type { LiveTurn } from './live-turn.js';
import { HAND_TO_HUMAN, TurnToolsService, type ToolCall } from '../tools/turn-tools.service.js';
import { TurnMeter } from './turn-meter.js';
import { TurnMetrics } from './turn.metrics.js';

const MAX_TOOL_ROUNDS = 5;

/** The conversation with the model: its text goes to the commit window as it arrives, its tool calls are answered. */
@Injectable()
export class TurnConversation {
  constructor(
    private readonly config: AppConfig,
    private readonly calls: ModelCallsService,
    private readonly meter: TurnMeter,
    private readonly tools: TurnToolsService,
    private readonly window: CommitWindow,
    private readonly metrics: TurnMetrics,
  ) {}

  /**
   * Asks until the model calls no more tools. Each round is answered by the service of the round before, or, before its first text, by the
   * next one that can. Throws PROVIDER_INCOMPLETE when the model has generated no text by the end, and
   * PROVIDER_SCHEMA_MISMATCH when the text is not what the bot's schema demands.
   */
  async run(live: LiveTurn, { request, targets }: Prompt): Promise<void> {
    let { items } = request;
    const isHandoffOffered = request.tools.includes(HAND_TO_HUMAN);
    let order = targets;
    for (let round = 1; ; round++) {
      // The last round offers no tools: the model has to answer.
      const isLast = round > MAX_TOOL_ROUNDS;
      const tools = isLast || live.handoffReason !== null ? [] : request.tools;
      const answer = await this.askAny(live, order, (target) => requestFor(target, { ...request, items, tools }));
      if (answer === null || live.signal.aborted) return;
      const { target, value } = answer;
      const { calls, output, reason } = value;
      if (reason === 'length' || reason === 'content_filter') throw truncationOf(reason, live);
      if (calls.length === 0 || isLast) return requireAnswer(live, request.parameters?.answerSchema);
      items = [...items, ...output, ...(await this.tools.answerCalls(live, calls, isHandoffOffered))];
      if (live.signal.aborted) return;
      order = [target, ...targets.filter((other) => other !== target)];
    }
  }

  /** Tries again and elsewhere only before the first text of the round: text that was shown is never withdrawn. */
  private askAny(
    live: LiveTurn,
    targets: readonly ModelTarget[],
    request: (target: ModelTarget) => ProviderRequest,
  ): Promise<ModelAnswer<Round> | null> {
    const lengthBefore = live.length;
    return this.calls.call({
      targets,
      signal: live.signal,
      timeLeftMs: () => live.startedAt + this.config.turns.deadlineMs - performance.now(),
      hasSpoken: () => live.length !== lengthBefore,
      onAttempt: (attempt) => live.callAttempts.push(attempt),
      ask: (target) => {
        live.attempts++;
        live.serviceId = target.serviceId;
        live.model = target.model;
        return this.ask(live, request(target));
      },
    });
  }

  private async ask(live: LiveTurn, request: ProviderRequest): Promise<Round> {
    const calls: ToolCall[] = [];
    const carried: CarriedItem[] = [];
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
      } else if (event.type === 'thought' || event.type === 'citation') {
        live.notes.take(event);
      } else if (event.type === 'done') {
        ({ reason } = event);
        if (calls.length === 0) live.notes.keep(carried, { extra: event.extra ?? null, origin: event.origin });
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

/** Tools are offered where the service has them. What another service has said to itself is left out by the provider. */
const requestFor = (target: ModelTarget, request: ProviderRequest): ProviderRequest => ({
  ...request,
  connection: target.connection,
  model: target.model,
  tools: target.connection.capabilities.tools ? request.tools : [],
});

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

/** With a handoff any answer is valid, also an empty one: a person goes on. */
function requireAnswer(live: LiveTurn, schema: Record<string, unknown> | null | undefined): void {
  if (live.handoffReason !== null) return;
  if (live.text.trim() === '')
    throw new AppError('PROVIDER_INCOMPLETE', { detail: 'The model service has answered without a word.' });
  const mismatch = schema ? mismatchOf(schema, live.text) : null;
  if (mismatch !== null) throw new AppError('PROVIDER_SCHEMA_MISMATCH', { detail: `The answer ${mismatch}.` });
}
