import type { ReasoningEffort } from '@app/contracts';
import type { ProviderAttachment, ProviderItem, ProviderRequest } from '../../provider.types.js';
import { arrange } from '../conversation.js';
import type { CallOptions, DialectAdapter } from '../dialect-adapter.js';
import { parametersOf, wellFormedArguments } from '../tool-forms.js';
import { AnthropicMessagesReader } from './anthropic-messages-reader.js';

const HOME = 'https://api.anthropic.com';
const VERSION = '2023-06-01';
/** The service demands a limit. This one lets every current model finish an answer. */
const DEFAULT_MAX_TOKENS = 8192;
const HIGHEST_TEMPERATURE = 1;
/** Without an effort the model does not think before it answers, unless it always does. */
const EFFORTS: Readonly<Record<ReasoningEffort, string | undefined>> = {
  none: undefined,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
};

/** `POST /messages`: blocks in, named events out. Anthropic's own, spoken by servers of the llama.cpp family and gateways as well. */
export const anthropicMessagesAdapter: DialectAdapter = {
  path: '/messages',
  home: HOME,

  places: {
    reasoningEffort: { path: 'output_config.effort', write: (effort) => EFFORTS[effort as ReasoningEffort] },
    // It follows every schema as far as it knows its keywords: there is no strict mode to choose.
    answerSchema: { path: 'output_config.format', write: (schema) => ({ type: 'json_schema', schema }) },
    topP: { path: 'top_p' },
    stop: { path: 'stop_sequences' },
    // There are no keys: the service looks for the longest beginning that it knows.
    promptCacheKey: { path: 'cache_control', write: () => ({ type: 'ephemeral' }) },
    safetyIdentifier: { path: 'metadata.user_id' },
  },

  /** At home the bearer token is for something else than a key; others look for the key in either place. */
  headers: ({ baseUrl, apiKey }) => ({
    'anthropic-version': VERSION,
    ...(apiKey && { 'x-api-key': apiKey }),
    ...(apiKey && !baseUrl.startsWith(`${HOME}/`) && { authorization: `Bearer ${apiKey}` }),
  }),

  body(request: ProviderRequest, { streamed, adjustments, forceTool, imageUrl }: CallOptions) {
    const { temperature, tools, connection } = request;
    const arrangement = adjustments.arrangement === 'free' ? 'alternating' : adjustments.arrangement;
    const { instructions, items } = arrange(request, arrangement);
    const messages = toMessages(items);
    if (imageUrl) messages.at(-1)?.content.push(imageBlock(imageUrl));
    return {
      model: request.model,
      system: instructions || undefined,
      messages,
      tools: tools.length > 0 && connection.capabilities.tools ? tools.map(toTool) : undefined,
      tool_choice: forceTool ? { type: 'any' } : undefined,
      temperature: temperature === null ? undefined : Math.min(temperature, HIGHEST_TEMPERATURE),
      max_tokens: request.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
      stream: streamed,
    };
  },

  reader: (sink) => new AnthropicMessagesReader(sink),
};

type Block = Record<string, unknown>;
interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

/** What one side has to say before the other one speaks is one message: words, thoughts and calls here, words and results there. */
function toMessages(items: readonly ProviderItem[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    const isUser = item.type === 'tool_result' || (item.type === 'message' && item.role !== 'assistant');
    const role = isUser ? 'user' : 'assistant';
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...toBlocks(item));
    else messages.push({ role, content: toBlocks(item) });
  }
  return messages;
}

/** Pictures and documents come before the words about them. */
const toBlocks = (item: ProviderItem): Block[] => [
  ...(item.type === 'message' ? (item.attachments ?? []).map(attachmentBlock) : []),
  toBlock(item),
];

function toBlock(item: ProviderItem): Block {
  switch (item.type) {
    case 'message':
      return { type: 'text', text: item.text };
    case 'tool_result':
      return { type: 'tool_result', tool_use_id: item.callId, content: item.output };
    case 'tool_call': {
      const input: unknown = JSON.parse(wellFormedArguments(item.arguments));
      return { ...item.extra, type: 'tool_use', id: item.callId, name: item.name, input };
    }
    case 'carried':
      return item.value;
  }
}

const toTool = (tool: ProviderRequest['tools'][number]): Block => ({
  name: tool.name,
  description: tool.description,
  input_schema: parametersOf(tool),
});

const attachmentBlock = ({ kind, name, dataUrl }: ProviderAttachment): Block =>
  kind === 'image' ? imageBlock(dataUrl) : { type: 'document', source: sourceOf(dataUrl), title: name };

const imageBlock = (dataUrl: string): Block => ({ type: 'image', source: sourceOf(dataUrl) });

function sourceOf(dataUrl: string): Block {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/.exec(dataUrl) ?? [];
  return data ? { type: 'base64', media_type: mediaType, data } : { type: 'url', url: dataUrl };
}
