import { type AnswerReader, type AnswerSink, type DoneReason, eventTypeOf, usageOf } from '../dialect-adapter.js';
import { argumentsText, unknownFields } from '../tool-forms.js';

interface Block {
  type?: string;
  text?: string;
  id?: string;
  name?: string;
  input?: unknown;
  thinking?: unknown;
  citations?: Citation[] | null;
}

/** Of a page of the web, or of a document. */
interface Citation {
  title?: unknown;
  url?: unknown;
  document_title?: unknown;
}

interface Usage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
}

interface Message {
  content?: Block[];
  stop_reason?: string | null;
  usage?: Usage | null;
  error?: unknown;
}

interface StreamEvent {
  index?: number;
  message?: Message;
  content_block?: Block;
  delta?: Delta;
  usage?: Usage | null;
  error?: unknown;
}

interface Delta {
  type?: string;
  text?: string;
  partial_json?: string;
  thinking?: string;
  signature?: string;
  citation?: Citation;
  stop_reason?: string | null;
}

/** A block that is not for the customer, while it comes in. */
interface OpenBlock {
  block: Block & Record<string, unknown>;
  json: string;
}

const KNOWN_IN_CALL = new Set(['type', 'id', 'name', 'input']);
const THOUGHTS = new Set(['thinking', 'redacted_thinking']);
const ENDED_BY: Readonly<Record<string, DoneReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  pause_turn: 'length',
  refusal: 'content_filter',
};

export class AnthropicMessagesReader implements AnswerReader {
  private readonly blocks = new Map<number, OpenBlock>();
  private usage: Usage = {};
  private stopReason: string | null = null;

  constructor(private readonly sink: AnswerSink) {}

  event(event: string, data: string): void {
    const type = event === '' || event === 'message' ? eventTypeOf(data) : event;
    if (type === 'ping' || type === 'content_block_stop') return;
    const parsed: StreamEvent = JSON.parse(data);
    if (type === 'error') this.sink.failed(parsed.error ?? parsed);
    else if (type === 'message_start') this.noteUsage(parsed.message?.usage);
    else if (type === 'content_block_start') this.begin(parsed.index ?? 0, parsed.content_block ?? {});
    else if (type === 'content_block_delta') this.go(parsed.index ?? 0, parsed.delta ?? {});
    else if (type === 'message_delta') {
      this.noteUsage(parsed.usage);
      this.stopReason = parsed.delta?.stop_reason ?? this.stopReason;
    } else if (type === 'message_stop') this.finish();
  }

  /** Servers exist that leave out the last event. */
  end(): void {
    if (this.stopReason !== null) this.finish();
  }

  whole(body: string): void {
    const message: Message = JSON.parse(body);
    if (message.error) {
      this.sink.failed(message.error);
      return;
    }
    if (!Array.isArray(message.content)) throw new TypeError('The answer has no content.');
    this.noteUsage(message.usage);
    for (const [index, block] of message.content.entries()) this.begin(index, block);
    this.stopReason = message.stop_reason ?? null;
    this.finish();
  }

  /** The figures of the end replace those of the beginning, as far as they are given. */
  private noteUsage(usage: Usage | null | undefined): void {
    const given = Object.entries(usage ?? {}).filter(([, tokens]) => tokens !== null);
    this.usage = { ...this.usage, ...(Object.fromEntries(given) as Usage) };
  }

  private begin(index: number, block: Block): void {
    for (const citation of block.citations ?? []) this.cite(citation);
    if (typeof block.thinking === 'string') this.sink.thought(block.thinking);
    if (block.type === 'text') this.text(block.text);
    else if (block.type === 'tool_use' || THOUGHTS.has(block.type ?? ''))
      this.blocks.set(index, { block: { ...block }, json: '' });
  }

  private go(index: number, { type, text, partial_json: json, thinking, signature, citation }: Delta): void {
    if (citation) this.cite(citation);
    if (thinking) this.sink.thought(thinking);
    if (type === 'text_delta') {
      this.text(text);
      return;
    }
    const open = this.blocks.get(index);
    if (!open) return;
    if (json) open.json += json;
    if (thinking) open.block['thinking'] = textOf(open.block['thinking']) + thinking;
    if (signature) open.block['signature'] = textOf(open.block['signature']) + signature;
  }

  private cite({ title, url, document_title: document }: Citation): void {
    this.sink.cited(title ?? document, url);
  }

  private text(text: string | undefined): void {
    if (text) this.sink.text(text);
  }

  private finish(): void {
    const reason = this.stopReason ?? '';
    const blocks = [...this.blocks.values()];
    const calls = blocks.filter(({ block }) => block.type === 'tool_use');
    const cutBy = Object.hasOwn(ENDED_BY, reason) ? ENDED_BY[reason]! : null;
    // A call in an answer that was cut may lack the end of its arguments: it is not passed on.
    if (cutBy === null && calls.length > 0) for (const block of blocks) this.pass(block);
    const { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: written } = this.usage;
    const usage = usageOf({
      input: sum(input, read, written),
      cached: read,
      written,
      output: this.usage.output_tokens,
      reasoning: 0,
    });
    if (usage) this.sink.usage(usage);
    this.sink.done(cutBy ?? (calls.length > 0 ? 'tool_calls' : 'stop'));
  }

  private pass({ block, json }: OpenBlock): void {
    if (block.type !== 'tool_use') {
      this.sink.carried(block);
      return;
    }
    const args = json === '' ? argumentsText(block.input) : json;
    this.sink.toolCall(block.id ?? '', block.name ?? '', args, unknownFields(block, KNOWN_IN_CALL) ?? undefined);
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What was read from the cache or written into it is not part of the first figure. */
const sum = (input: unknown, ...cached: unknown[]): unknown =>
  typeof input === 'number'
    ? cached.reduce<number>((total, tokens) => total + (typeof tokens === 'number' ? tokens : 0), input)
    : input;
