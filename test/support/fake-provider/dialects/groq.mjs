import { has, someMessage } from './conditions.mjs';

const refusal = (message) => ({ status: 400, body: { error: { message, type: 'invalid_request_error' } } });

/** https://console.groq.com/docs/openai */
export const groq = {
  name: 'Groq',
  base: '/openai/v1',
  dialects: ['chat_completions'],
  models: [{ id: 'fake-70b', owned_by: 'Maker', active: true, context_window: 131_072 }],
  // https://console.groq.com/docs/rate-limits
  headers: { 'x-ratelimit-remaining-requests': '14370', 'x-ratelimit-reset-requests': '2m59.56s' },
  unknownPath: (method, path) => ({
    status: 404,
    body: {
      error: { message: `Unknown request URL: ${method} ${path}.`, type: 'invalid_request_error', code: 'unknown_url' },
    },
  }),
  quirks: [
    {
      what: 'refuses to be told not to store',
      source: 'https://github.com/fanenr/chatbot/issues/21',
      refuses: has('store'),
      ...refusal("property 'store' is unsupported, did you mean 'stop'?"),
    },
    {
      what: 'refuses thoughts in the field of others',
      source: 'https://github.com/janhq/jan/issues/8136',
      refuses: someMessage((message) => 'reasoning_content' in message),
      ...refusal(
        "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]",
      ),
    },
    {
      what: 'reports the usage of a stream in a field of its own, and thinks in a field of the message',
      source: 'https://console.groq.com/docs/api-reference',
      wire: { usage: 'x_groq', isUsageUnasked: true, callsInPieces: false, thoughtField: 'reasoning' },
    },
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
