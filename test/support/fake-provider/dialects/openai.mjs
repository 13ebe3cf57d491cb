import { has } from './conditions.mjs';

/** https://platform.openai.com/docs/api-reference */
export const openai = {
  name: 'OpenAI',
  dialects: ['responses', 'chat_completions'],
  models: [{ id: 'gpt-fake', owned_by: 'system' }, { id: 'text-embedding-fake', owned_by: 'system' }], // prettier-ignore
  // https://platform.openai.com/docs/guides/rate-limits
  headers: {
    'openai-processing-ms': '12',
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-remaining-tokens': '29000',
    'x-ratelimit-reset-tokens': '6m0s',
  },
  quirks: [
    {
      what: 'refuses the old name of the limit',
      source: 'https://github.com/devnullvoid/dms-ai-assistant/issues/12',
      in: 'chat_completions',
      refuses: has('max_tokens'),
      status: 400,
      body: {
        error: {
          message:
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          type: 'invalid_request_error',
          param: 'max_tokens',
          code: 'unsupported_parameter',
        },
      },
    },
    {
      what: 'pads the chunks of a stream, and tells the tier in each',
      source: 'https://platform.openai.com/docs/api-reference/chat-streaming/streaming',
      in: 'chat_completions',
      wire: {
        chunk: { service_tier: 'default', system_fingerprint: null, obfuscation: 'xY3' },
        head: { role: 'assistant', content: '', refusal: null },
      },
    },
  ],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
