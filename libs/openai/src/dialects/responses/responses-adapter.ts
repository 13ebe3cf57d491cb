import {
  type AnswerReader,
  type AnswerSink,
  count,
  type DialectAdapter,
  type ProbeExtras,
} from '../dialect-adapter.js';
import type { ProviderItem, ProviderRequest } from '../../provider.types.js';

/** `POST /responses`: typed items in, named events out. */
export const responsesAdapter: DialectAdapter = {
  path: '/responses',

  body(request: ProviderRequest, streamed: boolean, extras?: ProbeExtras): string {
    const { capabilities } = request.connection;
    const input = request.items.map(toInputItem);
    if (extras?.imageUrl) addImage(input, extras.imageUrl);
    return JSON.stringify({
      model: request.model,
      instructions: request.instructions || undefined,
      input,
      tools: request.tools.length > 0 && capabilities.tools ? request.tools.map(toTool) : undefined,
      tool_choice: extras?.forceTool ? 'required' : undefined,
      text: extras?.jsonSchema
        ? { format: { type: 'json_schema', name: 'answer', schema: extras.jsonSchema, strict: true } }
        : undefined,
      temperature: request.temperature ?? undefined,
      max_output_tokens: request.maxOutputTokens ?? undefined,
      store: false,
      stream: streamed,
    });
  },

  reader: (sink) => new ResponsesReader(sink),
};

type InputItem = Record<string, unknown>;

function toInputItem(item: ProviderItem): InputItem {
  if (item.type === 'message') return { type: 'message', role: item.role, content: item.text };
  if (item.type === 'tool_result') return { type: 'function_call_output', call_id: item.callId, output: item.output };
  return { type: 'function_call', call_id: item.callId, name: item.name, arguments: item.arguments };
}

/** `strict: false`: the schema is used as it was written, whatever strict mode would demand of it. */
const toTool = ({ name, description, parameters }: ProviderRequest['tools'][number]): InputItem => ({
  type: 'function',
  name,
  description,
  parameters,
  strict: false,
});

function addImage(input: InputItem[], imageUrl: string): void {
  const last = input.at(-1);
  if (!last) return;
  last.content = [
    { type: 'input_text', text: last.content },
    { type: 'input_image', image_url: imageUrl, detail: 'low' },
  ];
}

interface OutputItem {
  type: string;
  call_id: string;
  name: string;
  arguments: string;
  status?: string;
  content?: { type: string; text?: string; refusal?: string }[];
}

interface ResponseBody {
  status?: string;
  output?: OutputItem[];
  error?: unknown;
  incomplete_details?: { reason?: string } | null;
  usage?: {
    input_tokens?: number;
    input_tokens_details?: { cached_tokens?: number } | null;
    output_tokens?: number;
    output_tokens_details?: { reasoning_tokens?: number } | null;
  } | null;
}

class ResponsesReader implements AnswerReader {
  private sawText = false;
  private readonly calls = new Set<string>();

  constructor(private readonly sink: AnswerSink) {}

  /** Most events repeat what the deltas said: they are told by their name and never parsed. */
  event(event: string, data: string): void {
    switch (event === '' || event === 'message' ? typeOf(data) : event) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.text(deltaOf(JSON.parse(data)));
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
    if (!response.error && !Array.isArray(response.output)) throw new TypeError('The answer has no output.');
    this.complete(response);
  }

  private text(text: string): void {
    this.sawText = true;
    this.sink.text(text);
  }

  private item(item: OutputItem): void {
    if (item.type !== 'function_call' || item.status === 'incomplete' || this.calls.has(item.call_id)) return;
    this.calls.add(item.call_id);
    this.sink.toolCall(item.call_id, item.name, item.arguments);
  }

  private complete(response: ResponseBody): void {
    if (response.status === 'failed' || response.error) {
      this.sink.failed(response.error ?? {});
      return;
    }
    const output = response.output ?? [];
    if (!this.sawText) {
      for (const part of output.flatMap((item) => item.content ?? [])) {
        if (part.type === 'output_text' || part.type === 'refusal') this.text(part.text ?? part.refusal ?? '');
      }
    }
    for (const item of output) this.item(item);
    if (response.usage) {
      this.sink.usage({
        inputTokens: count(response.usage.input_tokens),
        cachedTokens: count(response.usage.input_tokens_details?.cached_tokens),
        outputTokens: count(response.usage.output_tokens),
        reasoningTokens: count(response.usage.output_tokens_details?.reasoning_tokens),
      });
    }
    if (response.status === 'incomplete') {
      this.sink.done(response.incomplete_details?.reason === 'content_filter' ? 'content_filter' : 'length');
    } else if (response.status === 'completed' || response.status === undefined) {
      this.sink.done(this.calls.size > 0 ? 'tool_calls' : 'stop');
    }
  }
}

const deltaOf = (event: { delta: string }): string => event.delta;
const itemOf = (event: { item: OutputItem }): OutputItem => event.item;
const responseOf = (event: { response: ResponseBody }): ResponseBody => event.response;

/** The type of an event that came without a name; it usually stands first in the data. */
function typeOf(data: string): string {
  if (data.startsWith('{"type":"')) return data.slice(9, data.indexOf('"', 9));
  if (data === '[DONE]') return '';
  const parsed: { type?: unknown } | null = JSON.parse(data);
  const type = parsed?.type;
  return typeof type === 'string' ? type : '';
}
