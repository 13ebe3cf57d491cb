import { randomUUID } from 'node:crypto';
import { type AnswerReader, type AnswerSink, eventTypeOf, usageOf } from '../dialect-adapter.js';
import { argumentsText, unknownFields } from '../tool-forms.js';

/** An item's own id is not sent back: nothing is stored under it. */
const KNOWN_IN_CALL = new Set(['type', 'id', 'call_id', 'name', 'arguments', 'status', 'object']);

/** What a model says about its work on the way to the answer. */
const COMMENTARY = 'commentary';

interface OutputItem {
  type: string;
  id?: string;
  call_id: string;
  name: string;
  arguments: unknown;
  status?: string;
  encrypted_content?: string | null;
  summary?: { text?: string }[] | null;
  phase?: string | null;
  content?: { type: string; text?: string; refusal?: string; annotations?: Annotation[] | null }[] | null;
}

/** `url_citation` has a title and an address, the kinds that cite files have a name. */
interface Annotation {
  title?: unknown;
  url?: unknown;
  filename?: unknown;
}

interface TextDelta {
  delta: string;
  item_id?: string;
}

interface ResponseBody {
  status?: string;
  output?: OutputItem[];
  error?: unknown;
  /** Only an error has one. */
  message?: unknown;
  incomplete_details?: { reason?: string } | null;
  usage?: {
    input_tokens?: unknown;
    input_tokens_details?: { cached_tokens?: unknown; cache_write_tokens?: unknown } | null;
    output_tokens?: unknown;
    output_tokens_details?: { reasoning_tokens?: unknown } | null;
  } | null;
}

export class ResponsesReader implements AnswerReader {
  private sawText = false;
  private readonly calls = new Map<string, OutputItem>();
  private readonly commentary = new Set<string>();
  private readonly thoughts = new Map<string, Record<string, unknown>>();
  private readonly cited = new Set<string>();
  private phase: string | undefined;

  constructor(private readonly sink: AnswerSink) {}

  /** Most events repeat what the deltas said: they are told by their name and never parsed. */
  event(event: string, data: string): void {
    switch (event === '' || event === 'message' ? eventTypeOf(data) : event) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.delta(JSON.parse(data));
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.sink.thought(deltaOf(JSON.parse(data)));
        return;
      case 'response.reasoning_summary_part.added':
        this.sink.thought('\n\n');
        return;
      case 'response.output_item.added':
        this.begin(itemOf(JSON.parse(data)));
        return;
      case 'response.output_item.done':
        this.item(itemOf(JSON.parse(data)));
        return;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.complete(responseOf(JSON.parse(data)));
        return;
      case 'error': {
        const parsed: { error?: unknown } = JSON.parse(data);
        this.sink.failed(parsed.error ?? parsed);
        return;
      }
      default:
    }
  }

  end(): void {}

  whole(body: string): void {
    const response: ResponseBody = JSON.parse(body);
    if (!response.error && typeof response.message === 'string') this.sink.failed(response);
    else if (!response.error && !Array.isArray(response.output)) throw new TypeError('The answer has no output.');
    else {
      for (const item of response.output ?? []) this.thoughtsOf(item);
      this.complete(response);
    }
  }

  /** What a stream has told piece by piece. */
  private thoughtsOf({ type, phase, summary, content }: OutputItem): void {
    const isCommentary = type === 'message' && phase === COMMENTARY;
    if (type !== 'reasoning' && !isCommentary) return;
    for (const { text } of [...(summary ?? []), ...(content ?? [])])
      if (text) this.sink.thought(text, isCommentary ? COMMENTARY : 'thought');
  }

  private begin({ id, phase }: OutputItem): void {
    if (phase === COMMENTARY && id) this.commentary.add(id);
  }

  private delta({ delta, item_id: id }: TextDelta): void {
    if (!id || !this.commentary.has(id)) this.text(delta);
    else this.sink.thought(delta, COMMENTARY);
  }

  private text(text: string): void {
    this.sawText = true;
    this.sink.text(text);
  }

  /** What a call was made with comes with every item and once more with the whole. */
  private item(item: OutputItem): void {
    if (item.type === 'reasoning' && item.encrypted_content) {
      this.thoughts.set(item.id ?? item.encrypted_content, withoutNulls(item));
    } else if (item.type === 'message' && item.phase === COMMENTARY) {
      const { id, status: _status, ...said } = withoutNulls(item);
      this.thoughts.set(String(id), said);
    } else if (item.type === 'message') {
      this.phase = item.phase ?? undefined;
      for (const { title, filename, url } of annotationsOf(item)) this.cite(title ?? filename, url);
    } else if (item.type === 'function_call' && item.status !== 'incomplete') {
      const id = item.call_id || item.id || `call_${randomUUID()}`;
      if (!this.calls.has(id)) this.calls.set(id, item);
    }
  }

  /** What is cited comes with every item and once more with the whole. */
  private cite(title: unknown, url: unknown): void {
    const key = JSON.stringify([title, url]);
    if (!this.cited.has(key)) this.sink.cited(title, url);
    this.cited.add(key);
  }

  private complete(response: ResponseBody): void {
    if (response.status === 'failed' || response.error) {
      this.sink.failed(response.error ?? {});
      return;
    }
    const output = response.output ?? [];
    if (!this.sawText) {
      for (const part of output.filter(isAnswer).flatMap((item) => item.content ?? [])) {
        if (part.type === 'output_text' || part.type === 'refusal') this.text(part.text ?? part.refusal ?? '');
      }
    }
    const isNamed = ({ id, call_id: callId }: OutputItem): boolean => Boolean(callId || id);
    for (const item of output) if (this.calls.size === 0 || isNamed(item)) this.item(item);
    const isCut = response.status === 'incomplete';
    if (!isCut) this.passThoughtsAndCalls();
    const usage = readUsage(response.usage);
    if (usage) this.sink.usage(usage);
    if (isCut) {
      this.sink.done(response.incomplete_details?.reason === 'content_filter' ? 'content_filter' : 'length');
    } else if (response.status === 'completed' || response.status === undefined) {
      this.sink.done(this.calls.size > 0 ? 'tool_calls' : 'stop', this.phase ? { phase: this.phase } : undefined);
    }
  }

  private passThoughtsAndCalls(): void {
    const isReasoned = [...this.thoughts.values()].some(({ type }) => type === 'reasoning');
    if (this.calls.size > 0 || isReasoned)
      for (const thought of this.thoughts.values()) this.sink.carried(thought, isReasoned || undefined);
    for (const [id, item] of this.calls) {
      this.sink.toolCall(id, item.name, argumentsText(item.arguments), unknownFields(item, KNOWN_IN_CALL) ?? undefined);
    }
  }
}

const annotationsOf = ({ content }: OutputItem): Annotation[] =>
  (Array.isArray(content) ? content : []).flatMap(({ annotations }) => (Array.isArray(annotations) ? annotations : []));

const isAnswer = ({ type, phase }: OutputItem): boolean => type === 'message' && phase !== COMMENTARY;

const withoutNulls = (item: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));

const readUsage = (usage: ResponseBody['usage']) =>
  usageOf({
    input: usage?.input_tokens,
    cached: usage?.input_tokens_details?.cached_tokens,
    written: usage?.input_tokens_details?.cache_write_tokens,
    output: usage?.output_tokens,
    reasoning: usage?.output_tokens_details?.reasoning_tokens,
  });

const deltaOf = ({ delta }: { delta: string }): string => delta;
const itemOf = (event: { item: OutputItem }): OutputItem => event.item;
const responseOf = (event: { response: ResponseBody }): ResponseBody => event.response;
