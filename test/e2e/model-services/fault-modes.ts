import { ERRORS, type ErrorCode } from '@app/contracts';
import type { Scenario } from '../../support/fake-provider/fake-provider.mjs';

/** How a turn ends, and whether the service was asked again before. */
export interface Ending {
  status: 'completed' | 'interrupted' | 'failed';
  code: ErrorCode | null;
  isRepeated: boolean;
}

export interface FaultMode {
  name: string;
  /** What the service does before its first word, and after tools have answered. */
  fault: Scenario;
  ending: Ending;
  /** Where an answer that is not streamed ends differently; null where the mode is one of streams. */
  whole?: Ending | null;
  /** In the middle of a stream. */
  midway?: { fault: Scenario; ending: Ending };
  /** Needs a server that is out of patience soon. */
  isSilent?: true;
}

const final = (code: ErrorCode): Ending => ({ status: 'failed', code, isRepeated: false });
const repeated = (code: ErrorCode): Ending => ({ status: 'failed', code, isRepeated: true });
const cut: Ending = { status: 'interrupted', code: 'PROVIDER_ANSWER_CUT', isRepeated: false };
const completed: Ending = { status: 'completed', code: null, isRepeated: false };

const status = (code: number, ending: Ending, more: Scenario = {}, name = ''): FaultMode => ({
  name: `status ${code}${name}`,
  fault: { status: code, ...more },
  ending,
});
const inTwoSeconds = (): string => new Date(Date.now() + 2000).toUTCString();

const STATUSES: FaultMode[] = [
  status(400, final('PROVIDER_REQUEST_REJECTED')),
  status(401, final('PROVIDER_AUTH_FAILED')),
  status(402, final('PROVIDER_QUOTA_EXCEEDED')),
  status(403, final('PROVIDER_AUTH_FAILED')),
  status(404, final('PROVIDER_REQUEST_REJECTED')),
  status(408, repeated('PROVIDER_TIMEOUT')),
  status(409, repeated('PROVIDER_ERROR')),
  status(413, final('PROVIDER_REQUEST_REJECTED')),
  status(422, final('PROVIDER_REQUEST_REJECTED')),
  status(429, repeated('PROVIDER_RATE_LIMITED')),
  status(429, repeated('PROVIDER_RATE_LIMITED'), { retryAfter: 1 }, ', `Retry-After` in seconds'),
  status(429, repeated('PROVIDER_RATE_LIMITED'), { retryAfter: inTwoSeconds() }, ', `Retry-After` as a date'),
  status(429, final('PROVIDER_QUOTA_EXCEEDED'), { code: 'insufficient_quota' }, ', the quota is used up'),
  status(500, repeated('PROVIDER_ERROR')),
  status(502, repeated('PROVIDER_ERROR')),
  status(503, repeated('PROVIDER_ERROR')),
  status(529, repeated('PROVIDER_ERROR')),
];

const TOO_LONG = { code: 'context_length_exceeded', message: "This model's maximum context length is 9 tokens." };
const FILTERED = { code: 'content_filter', message: 'The response was filtered.' };

const REFUSALS: FaultMode[] = [
  status(400, final('PROVIDER_CONTEXT_EXCEEDED'), TOO_LONG, ', the context is exceeded'),
  status(400, final('PROVIDER_CONTENT_FILTERED'), FILTERED, ', the question is filtered'),
  { name: 'an answer cut by its length', fault: { finish: 'length' }, ending: cut },
  { name: 'an answer cut by a filter', fault: { finish: 'content_filter' }, ending: cut },
  { name: 'a refusal', fault: { refusal: true }, ending: completed },
];

const INSTEAD: FaultMode[] = [
  { name: 'a page of HTML', fault: { html: true }, ending: final('PROVIDER_MALFORMED') },
  { name: 'an empty body', fault: { empty: true }, ending: repeated('PROVIDER_INCOMPLETE') },
  { name: 'a redirection', fault: { redirect: true }, ending: final('PROVIDER_REQUEST_REJECTED') },
  {
    name: 'silence before the headers',
    fault: { hang: true },
    ending: repeated('PROVIDER_TIMEOUT'),
    whole: final('TURN_DEADLINE_EXCEEDED'),
    isSilent: true,
  },
];

const BROKEN: FaultMode[] = [
  {
    name: 'silence',
    fault: { stall: 0 },
    ending: repeated('PROVIDER_TIMEOUT'),
    midway: { fault: { stall: 3 }, ending: final('PROVIDER_TIMEOUT') },
    isSilent: true,
  },
  {
    name: 'a connection that breaks',
    fault: { reset: true },
    ending: repeated('PROVIDER_UNREACHABLE'),
    midway: { fault: { reset: 3 }, ending: final('PROVIDER_INCOMPLETE') },
  },
  {
    name: 'an end in the midst of an event',
    fault: { half: 0 },
    ending: repeated('PROVIDER_INCOMPLETE'),
    midway: { fault: { half: 3 }, ending: final('PROVIDER_INCOMPLETE') },
  },
  {
    name: 'JSON that is none',
    fault: { malformed: 0 },
    ending: final('PROVIDER_MALFORMED'),
    midway: { fault: { malformed: 3 }, ending: final('PROVIDER_MALFORMED') },
  },
  {
    name: 'a stream without its last event',
    fault: { noEnd: 0 },
    ending: repeated('PROVIDER_INCOMPLETE'),
    whole: null,
    midway: { fault: { noEnd: true }, ending: final('PROVIDER_INCOMPLETE') },
  },
  {
    name: 'an error with status 200',
    fault: { error: 'server_error', errorAt: 0 },
    ending: repeated('PROVIDER_ERROR'),
    midway: { fault: { error: 'server_error', errorAt: 3 }, ending: final('PROVIDER_ERROR') },
  },
  {
    name: 'an event of 17 MB',
    fault: { huge: 0 },
    ending: final('PROVIDER_MALFORMED'),
    midway: { fault: { huge: 3 }, ending: final('PROVIDER_MALFORMED') },
  },
];

const ODD: FaultMode[] = [
  { name: 'the label of another content type', fault: { contentType: 'text/html' }, ending: completed },
  {
    name: 'bytes that are no UTF-8',
    fault: { badUtf8: 0 },
    ending: completed,
    midway: { fault: { badUtf8: 3 }, ending: completed },
  },
  { name: 'one word at a time', fault: { delay: 20, tokens: 10 }, ending: completed },
];

/** What can become of a call of a model service, and what becomes of the turn. */
export const FAULT_MODES: readonly FaultMode[] = [...STATUSES, ...REFUSALS, ...INSTEAD, ...BROKEN, ...ODD];

export type Position = 'before' | 'after' | 'midway';

/** Null where the mode does not exist. */
export function endingOf(mode: FaultMode, isStreamed: boolean, position: Position): Ending | null {
  if (position === 'midway') return isStreamed ? (mode.midway?.ending ?? null) : null;
  return isStreamed || mode.whole === undefined ? mode.ending : mode.whole;
}

export const httpStatusOf = ({ status: ended, code }: Ending): number =>
  ended === 'failed' && code !== null ? ERRORS[code].status : 200;

const cell = (ending: Ending | null | undefined): string => {
  if (!ending) return '–';
  const { status: ended, code, isRepeated } = ending;
  return code === null ? ended : `${ended}, \`${code}\`, ${httpStatusOf(ending)}${isRepeated ? ', asked again' : ''}`;
};

/** The table of the documentation. */
export function tableOfModes(): string {
  const rows = FAULT_MODES.map(({ name, ending, whole, midway }) => {
    const differs = whole === undefined ? '' : whole === null ? '; streams only' : `; not streamed: ${cell(whole)}`;
    return `| ${name} | ${cell(ending)}${differs} | ${cell(midway?.ending)} |`;
  });
  return [
    '| the service answers with | before a word | in the middle of a stream |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}
