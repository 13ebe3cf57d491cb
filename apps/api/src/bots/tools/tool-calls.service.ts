import { activeSpan, inSpan, isJsonObject } from '@app/common';
import type { ToolOutcome } from '@app/contracts';
import { OutboundClient, OutboundError } from '@app/outbound';
import { Injectable } from '@nestjs/common';
import type { CallableTool } from './bot-tools.service.js';

const MAX_ANSWER_BYTES = 262_144;
const MAX_OUTPUT_LENGTH = 8000;
const NO_MESSAGE = 'The tool has answered without a message.';
const NOTED = 'The values were noted.';

/** What a tool came to. */
export interface ToolAnswer {
  outcome: ToolOutcome;
  /** Of the HTTP answer, if there was one. */
  status: number | null;
  /** What the model is told: the tool's message, or a sentence about the failure. */
  output: string;
  /** What the tool wants to be remembered in the chat. */
  variables: Record<string, unknown>;
  milliseconds: number;
}

/** Calls tools by their addresses. A failure is an answer, too: a sentence for the model, without addresses or anything of the other side. */
@Injectable()
export class ToolCallsService {
  constructor(private readonly outbound: OutboundClient) {}

  async call(tool: CallableTool, json: Record<string, unknown>, signal?: AbortSignal): Promise<ToolAnswer> {
    const startedAt = performance.now();
    const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool.name };
    const answer = await inSpan(`execute_tool ${tool.name}`, { kind: 'client', attributes }, async () => {
      const result = await this.answer(tool, json, signal);
      activeSpan()?.set({ 'baton.tool.outcome': result.outcome });
      return result;
    });
    return { ...answer, milliseconds: Math.round(performance.now() - startedAt) };
  }

  private async answer(
    { url, headers, timeoutMs }: CallableTool,
    json: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<Omit<ToolAnswer, 'milliseconds'>> {
    if (url === null) return { outcome: 'ok', status: null, output: NOTED, variables: {} };
    if (headers === null) return failed('unreadable_secret');
    try {
      const request = { json, headers, timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal };
      const answer = await this.outbound.post(url, request);
      return {
        outcome: 'ok',
        status: answer.status,
        output: outputOf(answer.json),
        variables: variablesOf(answer.json),
      };
    } catch (error) {
      if (error instanceof OutboundError) return failed(error.failure, error.status);
      throw error;
    }
  }
}

const SENTENCES: Record<Exclude<ToolOutcome, 'ok'>, string> = {
  unknown_tool: 'There is no tool of this name.',
  bad_arguments: 'The arguments are not a JSON object.',
  too_many_calls: 'Too many tools were called at once. Call this one again.',
  unreadable_secret: 'The tool is not set up completely.',
  refused_address: 'The tool may not be called where it is.',
  redirect: 'The tool is not where it should be.',
  too_large: 'The answer of the tool is too large.',
  too_slow: 'The tool did not answer in time.',
  unreachable: 'The tool cannot be reached.',
  bad_status: 'The tool has failed.',
  not_json: 'The answer of the tool cannot be read.',
  aborted: 'The call was given up.',
};

export const failed = (
  outcome: Exclude<ToolOutcome, 'ok'>,
  status: number | null = null,
): Omit<ToolAnswer, 'milliseconds'> => ({
  outcome,
  status,
  output: `Error: ${SENTENCES[outcome]}`,
  variables: {},
});

/** The `message` of the answer if it is a text, else the answer as JSON. */
function outputOf(json: unknown): string {
  const message = isJsonObject(json) && typeof json['message'] === 'string' ? json['message'] : null;
  const text = message ?? (json === undefined ? '' : JSON.stringify(json));
  if (text === '') return NO_MESSAGE;
  const whole = text.toWellFormed();
  return whole.length <= MAX_OUTPUT_LENGTH ? whole : `${whole.slice(0, MAX_OUTPUT_LENGTH).toWellFormed()}… (cut)`;
}

const variablesOf = (json: unknown): Record<string, unknown> =>
  isJsonObject(json) && isJsonObject(json['variables']) ? json['variables'] : {};
