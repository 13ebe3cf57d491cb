import type { ProviderItem, ProviderTool } from '@app/openai';
import { Injectable } from '@nestjs/common';
import type { LiveTurn } from './live-turn.js';

export interface ToolCall {
  callId: string;
  name: string;
  arguments: string;
}

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

/** What the model may call while it answers. Every call gets an output, so that the conversation stays well-formed. */
@Injectable()
export class TurnToolsService {
  /** The calls and their outputs, as the next request has to carry them. */
  answerCalls(live: LiveTurn, calls: readonly ToolCall[]): ProviderItem[] {
    return [
      ...calls.map((call): ProviderItem => ({ type: 'tool_call', ...call })),
      ...calls.map((call): ProviderItem => ({
        type: 'tool_result',
        callId: call.callId,
        output: this.answer(live, call),
      })),
    ];
  }

  private answer(live: LiveTurn, { name }: ToolCall): string {
    if (name !== HAND_TO_HUMAN.name) return `There is no tool named ${name}.`;
    live.handOff = 'bot_tool';
    return 'The customer is being connected with a person.';
  }
}
