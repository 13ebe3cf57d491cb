import { arrange, fitting, inputTokensOf } from '../dialects/conversation.js';
import { DIALECTS } from '../dialects/dialects.js';
import { ATTACHMENT_KINDS, everywhere, once, shows, withShownAttachments } from '../dialects/attachments.js';
import { itemsFor, KEPT } from '../dialects/origin.js';
import { valueAt } from '../dialects/parameters.js';
import type { ProviderErrorCode } from '../errors/provider-error.js';
import type { Adjustments, Arrangement, ProviderAttachment, ProviderRequest } from '../provider.types.js';

/** A request that was refused, and what the service said. */
export interface Refusal {
  code: ProviderErrorCode;
  status: number;
  /** What it answered, in its own words. */
  said: string;
  request: ProviderRequest;
  sent: readonly string[];
}

type Lesson = (refusal: Refusal, adjustments: Adjustments) => Adjustments | null;

const REFUSES =
  /unsupported|not supported|does not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|forbidden|invalid|additional propert|only the default/i;
/** A chat template that complains about roles, in its own or in its server's words. */
const ABOUT_ROLES =
  /alternat|must be at the beginning|\broles?\b|jinja|chat.?template|system (message|prompt|instruction)|developer (message|instruction)|(first|last) message/i;
const ABOUT_THOUGHTS = /\bthinking\b|\breasoning|\bthoughts?\b/i;
const ABOUT_KEPT = /encrypted.?content|\breasoning\b.{0,60}\bitems?\b|\bitems?\b.{0,60}\breasoning\b|\bphase\b/is;
const ABOUT_ATTACHMENTS: Readonly<Record<ProviderAttachment['kind'], RegExp>> = {
  image: /\bimages?\b|image_url|input_image|\bvision\b|multimodal/i,
  document: /(\b|_)(pdf|document|file)s?(\b|_)/i,
};
const TAKES_NONE =
  /(not|n['’]t|no) (be )?(support|allow|accept|a (vision|multimodal))|unsupported|unknown|only .{0,20}text/i;
/** What is wrong with one file says nothing about others. */
const IS_SPOILT =
  /encrypt|password|corrupt|damaged|\bpages?\b|too (large|long|big|many)|mime|media.?type|file.?type|upload/i;
const DEMANDS = /missing|must (be|have)|required|expected/i;
const ARRANGEMENTS: readonly Arrangement[] = ['free', 'alternating', 'without_system'];
/** Where services say how much they take. */
const STATED_CONTEXT = [
  /"n_ctx"\s*:\s*(\d{2,9})/,
  /> (\d{2,9}) maximum/,
  /(?:maximum context length|context (?:length|window|size)|maximum number of tokens allowed|limit)\D{0,40}?(\d{2,9})\b/i,
  /(\d{2,9})(?:-token| tokens?)? maximum context/i,
];
/** Our count is not the service's, and an answer needs room. */
const SHARE_OF_CONTEXT = 0.7;
/** Some servers fail where they should refuse, others report in a stream that has begun. */
const SAYS_IT_FAILED = new Set([200, 500]);
const CAN_BE_TAUGHT = new Set([200, 400, 413, 422, 429, 500, 501]);

/** The fields that a request can do without, beside its parameters and those that an administrator has added. */
const DISPENSABLE = [
  'temperature', 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'store', 'stream_options', 'tool_choice',
  'include',
]; // prettier-ignore

/**
 * The fields of a request that a refusal may be about, also those within the messages that the service itself had added. Not the schema of the
 * answer: without it the answer would hardly fit, and a service that refuses one schema may take another.
 */
export function fieldsOf(body: Record<string, unknown>, request: ProviderRequest): string[] {
  const { answerSchema: _schema, ...places } = DIALECTS[request.connection.dialect].places;
  const parameters = Object.values(places).map(({ path }) => path);
  const dispensable = new Set([...DISPENSABLE, ...parameters, ...Object.keys(request.extraBody ?? {})]);
  return [...[...dispensable].filter((field) => valueAt(body, field) !== undefined), ...thoughtsOf(request)];
}

/** Fields of messages; in the other dialects a thought is an item of its own, with a place for it. */
const thoughtsOf = ({ items, connection }: ProviderRequest): string[] =>
  connection.dialect === 'chat_completions'
    ? items.flatMap((item) => (item.type === 'carried' ? Object.keys(item.value) : []))
    : [];

/** What to do differently so that the service may take the request; null when nothing is known to help. */
export function learn(refusal: Refusal, adjustments: Adjustments): Adjustments | null {
  if (!CAN_BE_TAUGHT.has(refusal.status)) return null;
  if (refusal.code === 'PROVIDER_CONTEXT_EXCEEDED')
    return leaveOutDocuments(refusal, adjustments) ?? askWithLess(refusal, adjustments);
  if (refusal.code !== 'PROVIDER_REQUEST_REJECTED' && !SAYS_IT_FAILED.has(refusal.status)) return null;
  // A quotation within JSON is marked by backslashes as well.
  const plain = { ...refusal, said: refusal.said.replaceAll('\\"', '"') };
  for (const lesson of LESSONS) {
    const learned = lesson(plain, adjustments);
    if (learned) return learned;
  }
  return null;
}

/** Leaves out the fields that the refusal names. */
const leaveOut: Lesson = ({ said, sent }, adjustments) => {
  if (!REFUSES.test(said.replaceAll('invalid_request_error', ''))) return null;
  const named = sent.filter((field) => !adjustments.omitted.includes(field) && names(said, field));
  return named.length === 0 ? null : { ...adjustments, omitted: [...adjustments.omitted, ...named] };
};

/** Thoughts that some services demand back, others refuse beside words. */
const leaveOutThoughts: Lesson = ({ said, request }, adjustments) => {
  if (!ABOUT_THOUGHTS.test(said) || DEMANDS.test(said)) return null;
  const thoughts = thoughtsOf(request).filter((field) => !adjustments.omitted.includes(field));
  return thoughts.length === 0 ? null : { ...adjustments, omitted: [...adjustments.omitted, ...thoughts] };
};

/** What was kept of earlier turns can outlive the key or the version of the model that can read it. */
const leaveOutKept: Lesson = ({ said, request }, adjustments) => {
  if (adjustments.omitted.includes(KEPT) || !ABOUT_KEPT.test(said)) return null;
  const isKept = itemsFor(request, adjustments.omitted).length > itemsFor(request, [KEPT]).length;
  return isKept ? { ...adjustments, omitted: [...adjustments.omitted, KEPT] } : null;
};

/** A model that does not see is shown no more pictures, nor documents if it reads none; one that cannot read these is asked without them. */
const leaveOutAttachments: Lesson = ({ said, request }, adjustments) => {
  const { omitted } = adjustments;
  const shown = ATTACHMENT_KINDS.filter((each) => shows(request, each, omitted));
  const kind = shown.find((each) => ABOUT_ATTACHMENTS[each].test(said));
  if (kind === undefined) return null;
  const isForAll = TAKES_NONE.test(said) && !IS_SPOILT.test(said);
  return { ...adjustments, omitted: [...omitted, isForAll ? everywhere(kind) : once(kind)] };
};

/** A document is the customer's, and what is wrong with it not always said: the chat goes on without it. */
const leaveOutDocuments: Lesson = ({ code, said, request }, adjustments) => {
  if (code !== 'PROVIDER_REQUEST_REJECTED' && code !== 'PROVIDER_CONTEXT_EXCEEDED') return null;
  if (ABOUT_ROLES.test(said) || !shows(request, 'document', adjustments.omitted)) return null;
  return { ...adjustments, omitted: [...adjustments.omitted, once('document')] };
};

/** Takes the next stricter arrangement that changes anything: many chat templates want one. */
const arrangeStrictly: Lesson = ({ said, status, request }, adjustments) => {
  const isToldSo = ABOUT_ROLES.test(said);
  // A service that only says that something is wrong may mean this; one that fails hardly does.
  if (!isToldSo && (SAYS_IT_FAILED.has(status) || adjustments.arrangement !== 'free')) return null;
  const before = arrange(request, adjustments.arrangement);
  const stricter = ARRANGEMENTS.slice(ARRANGEMENTS.indexOf(adjustments.arrangement) + 1, isToldSo ? undefined : 2);
  const arrangement = stricter.find((each) => !isSame(before, arrange(request, each)));
  return arrangement === undefined ? null : { ...adjustments, arrangement };
};

const LESSONS: readonly Lesson[] = [
  leaveOut, leaveOutKept, leaveOutAttachments, leaveOutThoughts, leaveOutDocuments, arrangeStrictly,
]; // prettier-ignore

/** Once, with what the service says that it takes, else with half. */
function askWithLess({ said, request: asked }: Refusal, adjustments: Adjustments): Adjustments | null {
  const request = { ...asked, items: withShownAttachments(asked, adjustments.omitted) };
  const sent = inputTokensOf(
    adjustments.contextTokens === null ? request : fitting(request, adjustments.contextTokens),
  );
  const stated = STATED_CONTEXT.map((pattern) => pattern.exec(said)?.[1]).find((tokens) => tokens !== undefined);
  const room = Math.floor(Number(stated ?? 0) * SHARE_OF_CONTEXT) - (request.maxOutputTokens ?? 0);
  const contextTokens = room > 0 && room < sent ? room : Math.floor(sent / 2);
  const isLess = fitting(request, contextTokens).items.length < request.items.length;
  return isLess && contextTokens !== adjustments.contextTokens ? { ...adjustments, contextTokens } : null;
}

/** Short words of everyday language count only where they are marked as a name, or stand at the end, after a colon. */
function names(said: string, field: string): boolean {
  const [outer = '', inner] = field.split('.').map((name) => name.replace(/[^\w]/g, ''));
  if (inner !== undefined)
    return new RegExp(`(?<!\\w)${outer}["'\\s,.]+${inner}(?!\\w)`).test(said) || names(said, outer);
  const isOrdinary = !outer.includes('_') && outer !== 'temperature';
  const marked = `["'\`.]${outer}["'\`:]|: ${outer}(?=["'.,}]|$)`;
  return new RegExp(isOrdinary ? marked : `(?<![\\w])${outer}(?!\\w)`, 'm').test(said);
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
