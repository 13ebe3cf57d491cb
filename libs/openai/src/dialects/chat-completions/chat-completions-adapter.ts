import type { ProviderAttachment, ProviderItem, ProviderMessage, ProviderRequest } from '../../provider.types.js';
import { namedSchema } from '../answer-schema.js';
import { arrange } from '../conversation.js';
import type { CallOptions, DialectAdapter } from '../dialect-adapter.js';
import { parametersOf, wellFormedArguments } from '../tool-forms.js';
import { ChatCompletionsReader } from './chat-completions-reader.js';

/** `POST /chat/completions`: messages in, chunks out. Spoken by nearly every compatible service. */
export const chatCompletionsAdapter: DialectAdapter = {
  path: '/chat/completions',

  places: {
    reasoningEffort: { path: 'reasoning_effort' },
    verbosity: { path: 'verbosity' },
    answerSchema: {
      path: 'response_format',
      write: (schema) => ({ type: 'json_schema', json_schema: namedSchema(schema) }),
    },
    topP: { path: 'top_p' },
    stop: { path: 'stop' },
    seed: { path: 'seed' },
    promptCacheKey: { path: 'prompt_cache_key' },
    safetyIdentifier: { path: 'safety_identifier' },
  },

  body(request: ProviderRequest, { streamed, adjustments, forceTool, imageUrl }: CallOptions) {
    const { capabilities } = request.connection;
    const messages = toMessages(arrange(request, adjustments.arrangement), new Set(adjustments.omitted));
    if (imageUrl) addImage(messages, imageUrl);
    return {
      model: request.model,
      messages,
      tools: request.tools.length > 0 && capabilities.tools ? request.tools.map(toTool) : undefined,
      tool_choice: forceTool ? 'required' : undefined,
      temperature: request.temperature ?? undefined,
      [limitName(request, adjustments.omitted)]: request.maxOutputTokens ?? undefined,
      store: false,
      stream: streamed,
      stream_options: streamed && capabilities.streamingUsage ? { include_usage: true } : undefined,
    };
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
function limitName({ connection }: ProviderRequest, omitted: string[]): string {
  const own = connection.isAzure || connection.baseUrl.startsWith('https://api.openai.com/');
  const names = ['max_completion_tokens', 'max_tokens'];
  if (!own) names.reverse();
  return names.find((name) => !omitted.includes(name)) ?? names[0]!;
}

/** Calls that were made together, and what was said and thought with them, form one assistant message. */
function toMessages({ instructions, items }: ReturnType<typeof arrange>, omitted: ReadonlySet<string>): Message[] {
  const messages: Message[] = [];
  if (instructions) messages.push({ role: 'system', content: instructions });
  let before: ProviderItem | undefined;
  for (const item of items) {
    if (item.type === 'tool_result') {
      messages.push({ role: 'tool', tool_call_id: item.callId, content: item.output });
    } else if (item.type === 'message' && item.role !== 'assistant') {
      messages.push({ role: item.role === 'developer' ? 'system' : item.role, content: contentOf(item) });
    } else {
      if (!joins(item, before)) messages.push({ role: 'assistant', content: null });
      const message = messages[messages.length - 1]!;
      if (item.type === 'message') message.content = item.text;
      else if (item.type === 'tool_call') (message.tool_calls ??= []).push(toCall(item));
      else
        Object.assign(message, Object.fromEntries(Object.entries(item.value).filter(([name]) => !omitted.has(name))));
    }
    before = item;
  }
  return messages;
}

const contentOf = ({ text, attachments }: ProviderMessage) =>
  attachments ? [{ type: 'text', text }, ...attachments.map(toPart)] : text;

const toPart = ({ kind, name, dataUrl }: ProviderAttachment) =>
  kind === 'image'
    ? { type: 'image_url', image_url: { url: dataUrl } }
    : { type: 'file', file: { filename: name, file_data: dataUrl } };

/** Thoughts come first, then the words, then the calls. */
const joins = (item: ProviderItem, before: ProviderItem | undefined): boolean =>
  before?.type === 'carried' ||
  (item.type === 'tool_call' &&
    (before?.type === 'tool_call' || (before?.type === 'message' && before.role === 'assistant')));

function toCall({ callId, name, arguments: args, extra }: Extract<ProviderItem, { type: 'tool_call' }>) {
  const { function: inFunction, ...inCall } = extra ?? {};
  return {
    ...inCall,
    id: callId,
    type: 'function',
    function: { ...(inFunction as object | undefined), name, arguments: wellFormedArguments(args) },
  };
}

const toTool = (tool: ProviderRequest['tools'][number]) => ({
  type: 'function',
  function: { name: tool.name, description: tool.description, parameters: parametersOf(tool) },
});

function addImage(messages: Message[], imageUrl: string): void {
  const last = messages.at(-1);
  if (!last) return;
  last.content = [
    { type: 'text', text: last.content },
    { type: 'image_url', image_url: { url: imageUrl, detail: 'low' } },
  ];
}
