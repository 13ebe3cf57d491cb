import { all, asksForImage, asksForTools, not, rolesDoNotAlternate } from './conditions.mjs';

const refusal = (message) => ({
  status: 400,
  body: { object: 'error', message, type: 'BadRequestError', param: null, code: 400 },
});

const noImages = {
  what: 'sees no images where its model does not',
  source: 'https://github.com/vllm-project/vllm/issues/19144',
  refuses: asksForImage,
  ...refusal('fake/model is not a multimodal model None'),
};

const usual = {
  dialects: ['responses', 'chat_completions'],
  models: [{ id: 'fake/model', owned_by: 'vllm', root: 'fake/model', parent: null, max_model_len: 32_768 }],
  errorOf: ({ status, message }) => ({ object: 'error', message, type: 'BadRequestError', param: null, code: status }),
  unknownPath: () => ({ status: 404, body: { detail: 'Not Found' } }),
  callId: (id, place) => `chatcmpl-tool-${id}${place}`,
};

/** https://docs.vllm.ai/en/latest/features/tool_calling/ */
export const vllm = {
  ...usual,
  name: 'vLLM',
  quirks: [noImages],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: false },
  },
};

export const vllmWithMistral = {
  ...usual,
  name: 'vLLM with the chat template of a Mistral model',
  dialects: ['chat_completions'],
  quirks: [
    {
      what: 'wants user and assistant to take turns',
      source: 'https://github.com/vllm-project/vllm/issues/6862',
      refuses: rolesDoNotAlternate,
      ...refusal(
        'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...',
      ),
    },
    noImages,
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: false },
  },
};

export const vllmWithoutParser = {
  ...usual,
  name: 'vLLM without a parser for calls',
  dialects: ['chat_completions'],
  quirks: [
    {
      what: 'takes tools only where a call is forced',
      source: 'https://github.com/vllm-project/vllm/issues/9986',
      refuses: all(
        asksForTools,
        not(({ asks }) => asks.forced),
      ),
      ...refusal('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    },
    noImages,
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: false, jsonSchema: true, images: false },
  },
};
