import { isJsonObject } from '@app/common';
import type { Actor } from '@app/contracts';
import type { ProviderItem, ProviderTool, ProviderToolCall } from '@app/openai';
import { Injectable } from '@nestjs/common';
import {
  BotToolsService,
  type CallableTool,
  BotsService,
  failed,
  ToolCallsService,
  type ToolAnswer,
} from '../../../bots/index.js';
import { ChatLogHub } from '../../log/chat-log.hub.js';
import type { LiveTurn } from '../running/live-turn.js';
import { TurnToolLogRepository, type ToolNews } from './turn-tool-log.repository.js';
import { TurnMetrics } from '../running/turn.metrics.js';

export type ToolCall = ProviderToolCall;

export const HAND_TO_HUMAN: ProviderTool = {
  name: 'hand_to_human',
  description:
    'Hands the conversation over to a person of the team. Use it when the customer asks for a person, or when you cannot help. ' +
    'Tell the customer in one sentence that a person will take over.',
  parameters: {
    type: 'object',
    properties: { reason: { type: 'string', description: 'Why a person is needed, in a few words.' } },
    required: ['reason'],
    additionalProperties: false,
  },
};

const CALLS_AT_ONCE = 8;
const MAX_ARGUMENTS_LENGTH = 16_000;
const MAX_NAME_LENGTH = 64;
const MAX_CALL_ID_LENGTH = 128;

/** A call of one of the bot's own tools, checked. */
interface ReadCall {
  /** As the log shows it. */
  shown: { callId: string; tool: string; arguments: string };
  /** The tool and its arguments, or the answer to a call that cannot be made. */
  plan: { tool: CallableTool; json: Record<string, unknown> } | Omit<ToolAnswer, 'milliseconds'>;
}

/**
 * Answers the model's tool calls. Every call gets an output, so that the conversation stays well-formed; failures are reported to the model,
 * and the turn goes on. Calls and answers are events of the chat's log, written while the turn may write.
 */
@Injectable()
export class TurnToolsService {
  constructor(
    private readonly bots: BotsService,
    private readonly tools: BotToolsService,
    private readonly calls: ToolCallsService,
    private readonly log: TurnToolLogRepository,
    private readonly hub: ChatLogHub,
    private readonly metrics: TurnMetrics,
  ) {}

  /**
   * The calls of one round and their outputs, as the next request has to carry them. The tools are called in parallel. A handoff is
   * requested only if it was offered: otherwise the model has called an unknown tool.
   */
  async answerCalls(live: LiveTurn, calls: readonly ToolCall[], isHandoffOffered: boolean): Promise<ProviderItem[]> {
    const own = calls.filter(({ name }) => name !== HAND_TO_HUMAN.name || !isHandoffOffered);
    if (own.length < calls.length) live.handoffReason = 'bot_tool';
    const answers = own.length === 0 ? [] : await this.callTools(live, own);
    const outputs = new Map(own.map((call, index) => [call, answers[index]?.output ?? '']));
    return [
      ...calls,
      ...calls.map((call): ProviderItem => ({
        type: 'tool_result',
        callId: call.callId,
        output: outputs.get(call) ?? 'The customer is being connected with a person.',
      })),
    ];
  }

  private async callTools(live: LiveTurn, calls: readonly ToolCall[]): Promise<ToolAnswer[]> {
    const { turnId, botId } = live.turn;
    const [bot, tools] = await Promise.all([this.bots.getProfile(botId), this.tools.getCallable(botId)]);
    const actor: Actor = { kind: 'bot', id: bot.id, name: bot.displayName.value };
    const read = calls.map((call, index) => readCall(call, tools, index < CALLS_AT_ONCE));
    const mayGoOn = await this.append(live, {
      actor,
      events: read.map(({ shown }) => ({ type: 'tool.called', data: { turnId, ...shown } })),
      variables: read.map(({ plan }) => ('json' in plan ? plan.json : {})),
    });
    return mayGoOn ? Promise.all(read.map((call) => this.callTool(live, actor, call))) : [];
  }

  private async callTool(live: LiveTurn, actor: Actor, { shown, plan }: ReadCall): Promise<ToolAnswer> {
    const answer =
      'json' in plan ? await this.calls.call(plan.tool, plan.json, live.signal) : { ...plan, milliseconds: 0 };
    const { outcome, output, milliseconds, variables } = answer;
    const { callId, tool } = shown;
    this.metrics.toolCalls.inc({ outcome });
    if (live.turn.options.isTraceLogEnabled) live.toolCalls.push({ ...shown, outcome, output, milliseconds });
    const data = { turnId: live.turn.turnId, callId, tool, outcome, output, milliseconds };
    await this.append(live, { actor, events: [{ type: 'tool.returned', data }], variables: [variables] });
    return answer;
  }

  /** False when the turn may not write any more: then nothing was written, and the turn stops. */
  private async append(live: LiveTurn, news: Omit<ToolNews, 'turn'>): Promise<boolean> {
    const events = await this.log.append({ turn: live.turn, ...news });
    if (events === null) live.stop({ kind: 'fenced' });
    else this.hub.publishEvents(live.turn.chatId, events);
    return events !== null && !live.signal.aborted;
  }
}

function readCall(
  { callId, name, arguments: text }: ToolCall,
  tools: readonly CallableTool[],
  fits: boolean,
): ReadCall {
  const shown = {
    callId: callId.slice(0, MAX_CALL_ID_LENGTH).toWellFormed(),
    tool: name.slice(0, MAX_NAME_LENGTH).toWellFormed(),
    arguments: text.slice(0, MAX_ARGUMENTS_LENGTH).toWellFormed(),
  };
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) return { shown, plan: failed('unknown_tool') };
  if (!fits) return { shown, plan: failed('too_many_calls') };
  const json = text.length > MAX_ARGUMENTS_LENGTH ? null : argumentsOf(text);
  return { shown, plan: json === null ? failed('bad_arguments') : { tool, json } };
}

/** Some services send an empty string when there are no arguments. */
function argumentsOf(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return isJsonObject(json) ? json : null;
  } catch {
    return null;
  }
}
