import { randomUUID } from 'node:crypto';
import {
  type AnswerReader,
  type AnswerSink,
  count,
  type DialectAdapter,
  type ProbeExtras,
} from '../dialect-adapter.js';
import type { ProviderEvent, ProviderItem, ProviderRequest } from '../../provider.types.js';

/** `POST /chat/completions`: messages in, chunks out. Spoken by nearly every compatible service. */
export const chatCompletionsAdapter: DialectAdapter = {
  path: '/chat/completions',

  body(request: ProviderRequest, streamed: boolean, extras?: ProbeExtras): string {
    const { capabilities } = request.connection;
    const messages = toMessages(request);
    if (extras?.imageUrl) addImage(messages, extras.imageUrl);
    return JSON.stringify({
      model: request.model,
      messages,
      tools: request.tools.length > 0 && capabilities.tools ? request.tools.map(toTool) : undefined,
      tool_choice: extras?.forceTool ? 'required' : undefined,
      response_format: extras?.jsonSchema
        ? { type: 'json_schema', json_schema: { name: 'answer', schema: extras.jsonSchema, strict: true } }
        : undefined,
      temperature: request.temperature ?? undefined,
      [limitName(request)]: request.maxOutputTokens ?? undefined,
      stream: streamed,
      stream_options: streamed && capabilities.streamingUsage ? { include_usage: true } : undefined,
    });
  },

  reader: (sink) => new ChatCompletionsReader(sink),
};

interface Message {
  role: string;
  content: unknown;
  tool_call_id?: string;
  tool_calls?: unknown[];
}

/** OpenAI's newer models refuse the old name of the limit, many other services know no other. */
function limitName({ connection }: ProviderRequest): string {
  const own = connection.isAzure || connection.baseUrl.startsWith('https://api.openai.com/');
  return own ? 'max_completion_tokens' : 'max_tokens';
}

/** Calls that were made together, and the text said with them, form one assistant message. */
function toMessages(request: ProviderRequest): Message[] {
  const messages: Message[] = [];
  if (request.instructions) messages.push({ role: 'system', content: request.instructions });
  let before: ProviderItem | undefined;
  for (const item of request.items) {
    if (item.type === 'message') {
      messages.push({ role: item.role === 'developer' ? 'system' : item.role, content: item.text });
    } else if (item.type === 'tool_result') {
      messages.push({ role: 'tool', tool_call_id: item.callId, content: item.output });
    } else {
      const joins = before?.type === 'tool_call' || (before?.type === 'message' && before.role === 'assistant');
      if (!joins) messages.push({ role: 'assistant', content: null });
      const message = messages[messages.length - 1]!;
      const call = { id: item.callId, type: 'function', function: { name: item.name, arguments: item.arguments } };
      (message.tool_calls ??= []).push(call);
    }
    before = item;
  }
  return messages;
}

const toTool = ({ name, description, parameters }: ProviderRequest['tools'][number]): Record<string, unknown> => ({
  type: 'function',
  function: { name, description, parameters },
});

function addImage(messages: Message[], imageUrl: string): void {
  const last = messages.at(-1);
  if (!last) return;
  last.content = [
    { type: 'text', text: last.content },
    { type: 'image_url', image_url: { url: imageUrl, detail: 'low' } },
  ];
}

interface ToolCallDelta {
  index?: number;
  id?: string | null;
  function?: { name?: string | null; arguments?: string | null };
}

interface Chunk {
  choices?: {
    index?: number;
    delta?: MessageDelta | null;
    message?: MessageDelta;
    finish_reason?: string | null;
  }[];
  usage?: {
    prompt_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number } | null;
    completion_tokens?: number;
    completion_tokens_details?: { reasoning_tokens?: number } | null;
  } | null;
  error?: unknown;
}

interface MessageDelta {
  content?: string | null;
  refusal?: string | null;
  tool_calls?: ToolCallDelta[] | null;
}

type DoneReason = Extract<ProviderEvent, { type: 'done' }>['reason'];

class ChatCompletionsReader implements AnswerReader {
  private readonly calls: { index: number | undefined; id: string; name: string; args: string }[] = [];
  private usage: Chunk['usage'];
  private finishReason: string | null = null;

  constructor(private readonly sink: AnswerSink) {}

  event(event: string, data: string): void {
    if (data === '[DONE]') {
      this.finish();
      return;
    }
    const chunk: Chunk = JSON.parse(data);
    if (chunk.error || event === 'error') {
      this.sink.failed(chunk.error ?? chunk);
      return;
    }
    if (chunk.usage) this.usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    if (choice.delta) this.delta(choice.delta);
    if (choice.finish_reason) this.finishReason = choice.finish_reason;
  }

  /** Services exist that close the stream after the finish reason, without the final marker. */
  end(): void {
    if (this.finishReason !== null) this.finish();
  }

  whole(body: string): void {
    const { choices, usage, error }: Chunk = JSON.parse(body);
    if (error) {
      this.sink.failed(error);
      return;
    }
    const choice = choices?.[0];
    if (!choice?.message) throw new TypeError('The answer has no message.');
    this.usage = usage;
    this.delta(choice.message);
    this.finishReason = choice.finish_reason ?? null;
    this.finish();
  }

  private delta({ content, refusal, tool_calls: calls }: MessageDelta): void {
    if (content) this.sink.text(content);
    if (refusal) this.sink.text(refusal);
    if (calls) for (const call of calls) this.toolCall(call);
  }

  /** Pieces of a call belong together by index; services without an index start a call with its id. */
  private toolCall({ index, id, function: piece }: ToolCallDelta): void {
    let call =
      index === undefined
        ? id
          ? this.calls.find((known) => known.id === id)
          : this.calls.at(-1)
        : this.calls.find((known) => known.index === index);
    if (!call) {
      call = { index, id: id || `call_${randomUUID()}`, name: '', args: '' };
      this.calls.push(call);
    }
    if (piece?.name) call.name = piece.name;
    if (piece?.arguments) call.args += piece.arguments;
  }

  /** A call in an answer that was cut may lack the end of its arguments: it is not passed on. */
  private finish(): void {
    const cut = this.finishReason === 'length' || this.finishReason === 'content_filter';
    if (!cut) for (const { id, name, args } of this.calls) this.sink.toolCall(id, name, args);
    if (this.usage) {
      this.sink.usage({
        inputTokens: count(this.usage.prompt_tokens),
        cachedTokens: count(this.usage.prompt_tokens_details?.cached_tokens),
        outputTokens: count(this.usage.completion_tokens),
        reasoningTokens: count(this.usage.completion_tokens_details?.reasoning_tokens),
      });
    }
    this.sink.done(this.reason());
  }

  private reason(): DoneReason {
    if (this.finishReason === 'length' || this.finishReason === 'content_filter') return this.finishReason;
    return this.calls.length > 0 ? 'tool_calls' : 'stop';
  }
}
