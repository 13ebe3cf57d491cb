import type { Finding } from '@app/contracts';
import type { ProbeExtras } from '../dialects/dialect-adapter.js';
import type { ProviderRequest } from '../provider.types.js';
import { findingOf, no, unknown, YES } from './findings.js';
import type { Collected, ProbeCalls } from './probe-calls.js';
import { BLUE_SQUARE, withImage, withSchema, withTool, withTwoTools } from './probe-requests.js';

const CUT = unknown('The answer was cut before it could show this.');

/** A call of a tool, and an answer once its result has been sent back. Some services refuse to be told to call one. */
export async function checkTools(
  calls: ProbeCalls,
  request: ProviderRequest,
): Promise<{ tools: Finding; forcedTools: Finding }> {
  const asked = withTool(request);
  const forcedTools = await tryTools(calls, asked, { forceTool: true });
  const tools = forcedTools.support === 'no' ? await tryTools(calls, asked, { forceTool: false }) : forcedTools;
  return { tools, forcedTools };
}

/** Two calls in one answer, and an answer to both results. */
export function checkParallelTools(calls: ProbeCalls, request: ProviderRequest, tools: Finding): Promise<Finding> {
  if (tools.support !== 'yes') return Promise.resolve(tools);
  return tryTools(calls, withTwoTools(request), { forceTool: false }, 2);
}

async function tryTools(
  calls: ProbeCalls,
  request: ProviderRequest,
  extras: ProbeExtras,
  wanted = 1,
): Promise<Finding> {
  try {
    const answer = await calls.collect(request, extras);
    const results = answer.calls.flatMap((call) =>
      call.type === 'tool_call' ? [{ type: 'tool_result' as const, callId: call.callId, output: 'done' }] : [],
    );
    if (results.length < wanted) return answer.cut ? CUT : no(missing(results.length));
    await calls.collect({ ...request, items: [...request.items, ...answer.calls, ...results] });
    return YES;
  } catch (error) {
    return findingOf(error);
  }
}

const missing = (called: number): string =>
  called === 0 ? 'The model answered without a call.' : 'The model made one call where two were asked for.';

export const checkJsonSchema = (calls: ProbeCalls, request: ProviderRequest): Promise<Finding> =>
  check(calls, withSchema(request), {}, ({ text }) =>
    isOkObject(text) ? YES : no('The answer did not follow the schema.'),
  );

/** Whether a picture is accepted. What the model makes of it is not judged. */
export const checkImages = (calls: ProbeCalls, request: ProviderRequest): Promise<Finding> =>
  check(calls, withImage(request), { imageUrl: BLUE_SQUARE }, () => YES);

async function check(
  calls: ProbeCalls,
  request: ProviderRequest,
  extras: ProbeExtras,
  judge: (answer: Collected) => Finding,
): Promise<Finding> {
  try {
    const answer = await calls.collect(request, extras);
    const finding = judge(answer);
    return finding.support === 'no' && answer.cut ? CUT : finding;
  } catch (error) {
    return findingOf(error);
  }
}

function isOkObject(text: string): boolean {
  try {
    const answer: { ok?: unknown } | null = JSON.parse(text);
    return typeof answer?.ok === 'boolean';
  } catch {
    return false;
  }
}
