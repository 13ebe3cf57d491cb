import { chatUsage } from '../wire/chat-completions.mjs';
import { asksForImage, asksForSchema, is, someMessage } from './conditions.mjs';

const refusal = (status, message) => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' } },
});

const lacksThought = ({ role, tool_calls: calls, reasoning_content: thought }) =>
  role === 'assistant' && calls !== undefined && thought === undefined;

/** https://api-docs.deepseek.com */
export const deepSeek = {
  name: 'DeepSeek',
  dialects: ['chat_completions'],
  models: [{ id: 'deepseek-fake', owned_by: 'deepseek' }],
  // https://github.com/nextcloud/integration_openai/issues/284
  unknownPath: () => ({ status: 404, body: { error_msg: 'Not Found. Please check the configuration.' } }),
  quirks: [
    {
      what: 'wants its thoughts back beside calls',
      source: 'https://github.com/deepseek-ai/DeepSeek-V3/issues/1053',
      refuses: someMessage(lacksThought),
      ...refusal(
        400,
        'Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
      ),
    },
    {
      what: 'is not told to call a tool while it thinks',
      source: 'https://github.com/deepseek-ai/DeepSeek-V3/issues/1376',
      refuses: is('tool_choice', 'required'),
      ...refusal(400, 'Thinking mode does not support this tool_choice'),
    },
    {
      what: 'has no answers by a schema',
      source: 'https://github.com/browser-use/browser-use/pull/215',
      refuses: asksForSchema,
      ...refusal(
        422,
        'Failed to deserialize the JSON body into the target type: response_format: response_format.type `json_schema` is unavailable now at line 1 column 12440',
      ),
    },
    {
      what: 'sees no images',
      source: 'https://github.com/rikkahub/rikkahub/issues/1433',
      refuses: asksForImage,
      ...refusal(
        400,
        'Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 679289',
      ),
    },
    {
      what: 'thinks in a field of the message',
      source: 'https://api-docs.deepseek.com/guides/thinking_mode',
      wire: { thoughtField: 'reasoning_content', head: { role: 'assistant', content: null, reasoning_content: '' } },
    },
    {
      what: 'counts what was cached in a field of its own, and the usage with the end',
      source: 'https://api-docs.deepseek.com/guides/kv_cache',
      wire: {
        usage: 'with_finish',
        usageFields: (usage) => ({
          ...chatUsage(usage),
          prompt_tokens_details: undefined,
          prompt_cache_hit_tokens: usage.cachedTokens,
          prompt_cache_miss_tokens: usage.inputTokens - usage.cachedTokens,
        }),
      },
    },
    {
      what: 'keeps connections alive by comments and by empty lines',
      source: 'https://api-docs.deepseek.com/quick_start/rate_limit',
      wire: { comment: ': keep-alive', beforeWhole: '\n\n\n' },
    },
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: false, images: false },
  },
};
