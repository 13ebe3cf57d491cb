import { asksForImage } from './conditions.mjs';

const refusal = (code, message) => ({ status: code, body: { error: { message, code } } });

/** https://openrouter.ai/docs/api/reference/streaming */
export const openRouter = {
  name: 'OpenRouter',
  base: '/api/v1',
  dialects: ['responses', 'chat_completions', 'anthropic_messages'],
  models: [{ id: 'maker/fake-model', name: 'Fake', created: 1_700_000_000, context_length: 131_072 }],
  listModels: (models) => ({
    data: models.map((model) => ({
      ...model,
      pricing: { prompt: '0.00000025', completion: '0.000002' },
      supported_parameters: ['max_tokens', 'temperature', 'tools', 'tool_choice'],
    })),
  }),
  // https://openrouter.ai/docs/api/reference/errors-and-debugging
  errorOf: ({ status, message }) => ({ error: { code: status, message } }),
  unknownPath: () => refusal(404, 'Not Found'),
  quirks: [
    {
      what: 'keeps a stream alive by comments',
      source: 'https://openrouter.ai/docs/api/reference/streaming',
      wire: { comment: ': OPENROUTER PROCESSING' },
    },
    {
      what: 'tells the maker in every chunk, and the usage unasked',
      source: 'https://openrouter.ai/docs/api-reference/streaming',
      in: 'chat_completions',
      wire: {
        chunk: { provider: 'Maker' },
        isUsageUnasked: true,
        thoughtField: 'reasoning',
      },
    },
    {
      what: 'reports an error in the midst of a stream as a chunk that ends',
      source: 'https://openrouter.ai/docs/api/reference/errors-and-debugging',
      in: 'chat_completions',
      wire: {
        errorChunk: (code, message) => ({
          error: { code, message },
          choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        }),
      },
    },
    {
      what: 'finds no maker whose model sees images',
      source: 'https://github.com/NousResearch/hermes-agent/pull/23411',
      refuses: asksForImage,
      ...refusal(404, 'No endpoints found that support image input'),
    },
  ],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: false },
  },
};
