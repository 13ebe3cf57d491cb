import { randomUUID } from 'node:crypto';
import { type AnswerReader, type AnswerSink, type DoneReason, usageOf } from '../dialect-adapter.js';
import { ChatCitations, type WithCitations } from './chat-citations.js';
import { argumentsText, mergeFields, unknownFields } from '../tool-forms.js';

interface ToolCallDelta {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
}

interface Choice {
  delta?: MessageDelta | null;
  message?: MessageDelta | null;
  finish_reason?: string | null;
  error?: unknown;
  usage?: Usage | null;
}

interface Chunk extends WithCitations {
  choices?: (Choice | null)[] | null;
  usage?: Usage | null;
  x_groq?: { usage?: Usage | null; error?: unknown } | null;
  error?: unknown;
  object?: unknown;
  message?: unknown;
}

interface Usage {
  prompt_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown; cache_write_tokens?: unknown } | null;
  /** DeepSeek's place for what was cached. */
  prompt_cache_hit_tokens?: unknown;
  /** The place of gateways, after Anthropic's name for it. */
  cache_creation_input_tokens?: unknown;
  completion_tokens?: unknown;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

interface MessageDelta extends WithCitations {
  content?: unknown;
  refusal?: string | null;
  tool_calls?: ToolCallDelta[] | null;
  /** The calls of the first version of the protocol. */
  function_call?: ToolCallDelta['function'];
  reasoning_content?: unknown;
  reasoning?: unknown;
}

interface PendingCall {
  index: number | undefined;
  id: string;
  name: string;
  args: string;
  extra: Record<string, unknown>;
}

const KNOWN_IN_MESSAGE = new Set([
  'role', 'content', 'refusal', 'tool_calls', 'function_call', 'annotations', 'audio', 'name', 'token_id',
]); // prettier-ignore
const KNOWN_IN_CALL = new Set(['index', 'id', 'type', 'function']);
const KNOWN_IN_FUNCTION = new Set(['name', 'arguments']);

/** How services say that an answer ended before it was complete, each in its own words. */
const CUT_BY: Readonly<Record<string, 'length' | 'content_filter'>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  content_filter: 'content_filter',
  sensitive: 'content_filter',
  safety: 'content_filter',
  recitation: 'content_filter',
  refusal: 'content_filter',
};
const FAILED_BY = new Set(['error', 'network_error', 'insufficient_system_resource', 'abort', 'cancelled']);

export class ChatCompletionsReader implements AnswerReader {
  private readonly calls: PendingCall[] = [];
  private readonly carried: Record<string, unknown> = {};
  private usage: Usage | null = null;
  private finishReason: string | null = null;
  private readonly citations: ChatCitations;

  constructor(private readonly sink: AnswerSink) {
    this.citations = new ChatCitations((title, url) => this.sink.cited(title, url));
  }

  event(event: string, data: string): void {
    if (data === '[DONE]') {
      this.finish();
      return;
    }
    const chunk: Chunk | null = JSON.parse(data);
    if (chunk === null) return;
    const error = errorIn(chunk, event);
    if (error !== null) {
      this.sink.failed(error);
      return;
    }
    this.noteUsage(chunk);
    this.citations.read(chunk);
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const delta = choice.delta ?? choice.message;
    if (delta) this.delta(delta);
    if (choice.finish_reason) this.finishReason = choice.finish_reason.toLowerCase();
  }

  /** Services exist that close the stream after the finish reason, without the final marker. */
  end(): void {
    if (this.finishReason !== null) this.finish();
  }

  whole(body: string): void {
    const answer: Chunk = JSON.parse(body);
    const error = errorIn(answer, '');
    if (error !== null) {
      this.sink.failed(error);
      return;
    }
    const choice = answer.choices?.[0];
    if (!choice?.message) throw new TypeError('The answer has no message.');
    this.noteUsage(answer);
    this.citations.read(answer);
    const calls = choice.message.tool_calls?.map((call, index) => ({ ...call, index }));
    this.delta({ ...choice.message, tool_calls: calls });
    this.finishReason = choice.finish_reason?.toLowerCase() ?? null;
    this.finish();
  }

  /** The last one counts: some services repeat the sum so far in every chunk. */
  private noteUsage({ usage, choices, x_groq: groq }: Chunk): void {
    this.usage = usage ?? choices?.[0]?.usage ?? groq?.usage ?? this.usage;
  }

  private delta(delta: MessageDelta): void {
    const { content, refusal, tool_calls: calls, function_call: call } = delta;
    this.citations.read(delta);
    const thought = [delta.reasoning_content, delta.reasoning].find(
      (field) => typeof field === 'string' && field !== '',
    );
    if (thought) this.sink.thought(thought as string);
    if (Array.isArray(content)) this.sink.thought(thoughtIn(content as ContentPart[]));
    if (content) this.sink.text(textOf(content));
    if (refusal) this.sink.text(refusal);
    if (calls) for (const each of calls) this.toolCall(each);
    if (call) this.toolCall({ index: 0, function: call });
    const added = unknownFields(delta, KNOWN_IN_MESSAGE);
    if (added) mergeFields(this.carried, added);
  }

  private toolCall(delta: ToolCallDelta): void {
    const piece = delta.function;
    const args = argumentsText(piece?.arguments);
    let call = this.findCall(delta);
    if (!call || beginsAnother(call, delta, args)) {
      call = { index: delta.index ?? undefined, id: delta.id || '', name: '', args: '', extra: {} };
      this.calls.push(call);
    }
    call.id ||= delta.id || '';
    if (piece?.name) call.name = piece.name;
    call.args += args;
    const added = unknownFields(delta, KNOWN_IN_CALL);
    if (added) mergeFields(call.extra, added);
    const inFunction = piece && unknownFields(piece, KNOWN_IN_FUNCTION);
    if (inFunction) call.extra.function = { ...(call.extra.function as object | undefined), ...inFunction };
  }

  /** Pieces of a call belong together by index; services without an index start a call with its id. */
  private findCall({ index, id }: ToolCallDelta): PendingCall | undefined {
    if (typeof index === 'number') return this.calls.findLast((known) => known.index === index);
    return id ? this.calls.find((known) => known.id === id) : this.calls.at(-1);
  }

  private finish(): void {
    const reason = this.finishReason ?? '';
    if (FAILED_BY.has(reason)) {
      this.sink.failed({ message: `The answer ended with the reason ${reason}.` });
      return;
    }
    const cutBy = Object.hasOwn(CUT_BY, reason) ? CUT_BY[reason]! : null;
    // A call in an answer that was cut may lack the end of its arguments: it is not passed on.
    if (cutBy === null) this.passCalls();
    const usage = this.usage && readUsage(this.usage);
    if (usage) this.sink.usage(usage);
    this.sink.done(cutBy ?? (this.calls.length > 0 ? 'tool_calls' : ('stop' satisfies DoneReason)));
  }

  private passCalls(): void {
    if (this.calls.length > 0 && Object.keys(this.carried).length > 0) this.sink.carried(this.carried);
    const ids = new Set<string>();
    for (const { id, name, args, extra } of this.calls) {
      const own = id === '' || ids.has(id) ? `call_${randomUUID()}` : id;
      ids.add(own);
      this.sink.toolCall(own, name, args, Object.keys(extra).length > 0 ? extra : undefined);
    }
  }
}

/** Some services number every call of an answer 0: then another one begins with a new id, or with a name after whole arguments. */
function beginsAnother(call: PendingCall, { id, function: piece }: ToolCallDelta, args: string): boolean {
  if (!piece?.name || call.name === '') return false;
  if (id && call.id !== '') return id !== call.id;
  return args !== '' && isWhole(call.args);
}

function isWhole(args: string): boolean {
  try {
    JSON.parse(args);
    return true;
  } catch {
    return false;
  }
}

/** Errors come in the place of an answer, or after half of one, with a status that says that all is well. */
function errorIn(chunk: Chunk, event: string): unknown {
  if (Array.isArray(chunk)) return chunk;
  const error = chunk.error ?? chunk.choices?.[0]?.error ?? chunk.x_groq?.error;
  if (error) return error;
  if (chunk.object === 'error' || event === 'error') return chunk;
  return !chunk.choices && typeof chunk.message === 'string' ? chunk : null;
}

interface ContentPart {
  type?: string;
  text?: string;
  thinking?: string | ContentPart[];
}

/** Mistral's models think in parts of the content. */
const thoughtIn = (parts: ContentPart[]): string =>
  parts.map(({ thinking }) => (Array.isArray(thinking) ? textOf(thinking) : (thinking ?? ''))).join('');

/** Text, or a list of parts of which only the text is for the customer. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return content as string;
  return (content as ContentPart[])
    .map((part) => (part.type === undefined || part.type === 'text' ? (part.text ?? '') : ''))
    .join('');
}

const readUsage = (usage: Usage) =>
  usageOf({
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens,
    written: usage.prompt_tokens_details?.cache_write_tokens ?? usage.cache_creation_input_tokens,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  });
