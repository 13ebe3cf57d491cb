import { asksForImage, someMessage } from './conditions.mjs';

const CONVERSION = 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-chat.cpp';

const refusal = (status, message, type) => ({ status, body: { error: { code: status, message, type } } });
const isThought = ({ type }) => type === 'reasoning';
const isAssistant = ({ role }) => role === 'assistant';

/** https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
export const llamaCpp = {
  name: 'llama.cpp',
  dialects: ['responses', 'chat_completions', 'anthropic_messages'],
  models: [{ id: 'local.gguf', owned_by: 'llamacpp', meta: { n_ctx_train: 131_072 } }],
  listModels: (models) => ({
    models: models.map(({ id }) => ({ name: id, model: id, type: 'model' })),
    object: 'list',
    data: models.map((model) => ({ object: 'model', created: 1_700_000_000, ...model })),
  }),
  errorOf: ({ status, message }) => ({ error: { code: status, message, type: 'server_error' } }),
  unknownPath: () => refusal(404, 'File Not Found', 'not_found_error'),
  quirks: [
    {
      what: 'takes what the assistant said with its type only',
      source: 'https://github.com/ggml-org/llama.cpp/issues/26394',
      in: 'responses',
      refuses: someMessage((item) => isAssistant(item) && item.type !== 'message'),
      ...refusal(400, "Cannot determine type of 'item'", 'invalid_request_error'),
    },
    {
      what: 'took what the assistant said as typed parts only, in earlier versions',
      source: CONVERSION,
      in: 'responses',
      refuses: someMessage((item) => isAssistant(item) && !Array.isArray(item.content)),
      ...refusal(500, "'type' must be 'output_text'", 'server_error'),
    },
    {
      what: 'takes thoughts back with their text only',
      source: CONVERSION,
      in: 'responses',
      refuses: someMessage((item) => isThought(item) && !Array.isArray(item.content)),
      ...refusal(400, "item['content'] is not an array", 'invalid_request_error'),
    },
    {
      what: 'takes the result of a tool as input text only',
      source: 'https://github.com/ggml-org/llama.cpp/issues/23553',
      in: 'responses',
      refuses: someMessage(
        ({ type, output }) =>
          type === 'function_call_output' && Array.isArray(output) && output.some((part) => part.type !== 'input_text'),
      ),
      ...refusal(400, "Output of tool call should be 'Input text'", 'invalid_request_error'),
    },
    {
      what: 'sees no images without a projector',
      source: 'https://github.com/ggml-org/llama.cpp/issues/15377',
      refuses: asksForImage,
      ...refusal(
        500,
        'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
        'server_error',
      ),
    },
    {
      what: 'thinks in a field of the message, and counts its time',
      source: 'https://github.com/0xPlaygrounds/rig/issues/1656',
      in: 'chat_completions',
      wire: {
        thoughtField: 'reasoning_content',
        head: { role: 'assistant', content: null },
        chunk: { system_fingerprint: 'b10216', timings: { prompt_n: 3, predicted_ms: 12.5 } },
      },
    },
    {
      what: 'thinks in an item with its text',
      source: CONVERSION,
      in: 'responses',
      wire: {
        thought: (text) => ({ summary: [], content: [{ type: 'reasoning_text', text }], encrypted_content: '' }),
      },
    },
    {
      what: 'thinks in a block of its own',
      source: 'https://github.com/ggml-org/llama.cpp/pull/17570',
      in: 'anthropic_messages',
      wire: { thought: (thinking) => ({ thinking, signature: '' }) },
    },
  ],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: false },
  },
};
