const usual = {
  models: [{ id: 'fake-model-7b', owned_by: 'organization_owner' }],
  errorOf: ({ message }) => ({ error: message }),
  callId: (id, place) => String(365_174_480 + Number(id.replace(/\D/g, '')) * 8 + place),
};

const anyPath = {
  // https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
  unknownPath: (method, path) => ({
    status: 200,
    body: { error: `Unexpected endpoint or method. (${method} ${path})` },
  }),
};

const callIds = {
  what: 'numbers its calls',
  source: 'https://lmstudio.ai/docs/developer/openai-compat/tools',
};

/** https://github.com/lmstudio-ai/lms/issues/425 lists what it serves. */
export const lmStudio = {
  ...usual,
  ...anyPath,
  name: 'LM Studio',
  dialects: ['responses', 'chat_completions'],
  quirks: [callIds],
  expects: {
    dialect: 'responses',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};

export const oldLmStudio = {
  ...usual,
  ...anyPath,
  name: 'LM Studio 0.3.14',
  dialects: ['chat_completions'],
  quirks: [
    {
      what: 'answers 200 to paths that it does not have',
      source: 'https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618',
    },
    callIds,
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
