import { asksForTools } from './conditions.mjs';

const usual = {
  // https://docs.ollama.com/api/openai-compatibility
  dialects: ['responses', 'chat_completions', 'anthropic_messages'],
  models: [{ id: 'fake:latest', owned_by: 'library' }],
  errorOf: ({ message }) => ({ error: { message, type: 'api_error', param: null, code: null } }),
  unknownPath: () => ({ status: 404, body: '404 page not found' }),
};

const inChunks = {
  what: 'sends every call in one chunk, and thinks in a field of the message',
  source: 'https://docs.ollama.com/api/openai-compatibility',
  in: 'chat_completions',
  wire: {
    callsInPieces: false,
    thoughtField: 'reasoning',
    chunk: { system_fingerprint: 'fp_ollama' },
  },
};

export const ollama = {
  ...usual,
  name: 'Ollama',
  quirks: [inChunks],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};

export const ollamaWithoutTools = {
  ...usual,
  name: 'Ollama with a model that calls no tools',
  quirks: [
    {
      what: 'refuses tools',
      source: 'https://github.com/louisho5/picobot/issues/6',
      refuses: asksForTools,
      status: 400,
      body: {
        error: {
          message: 'registry.ollama.ai/library/fake:latest does not support tools',
          type: 'api_error',
          param: null,
          code: null,
        },
      },
    },
    inChunks,
  ],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: false, jsonSchema: true, images: true },
  },
};
