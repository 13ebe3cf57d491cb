import { not } from './conditions.mjs';
import { openai } from './openai.mjs';

const SAFE = { filtered: false, severity: 'safe' };
const FILTERED_FOR = { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE };
const [oldLimit] = openai.quirks;

const quirks = [
  { ...oldLimit, source: 'https://github.com/anomalyco/opencode/issues/37964' },
  {
    what: 'begins a stream with what was filtered of the question, without a choice',
    source: 'https://github.com/AbanteAI/archive-old-cli-mentat/issues/429',
    in: 'chat_completions',
    wire: {
      opening: [
        {
          id: '',
          object: '',
          created: 0,
          model: '',
          choices: [],
          prompt_filter_results: [{ prompt_index: 0, content_filter_results: FILTERED_FOR }],
        },
      ],
    },
  },
  {
    what: 'ends a stream with what was filtered of the answer, in a choice without a delta',
    source: 'https://github.com/microsoft/autogen/issues/6465',
    in: 'chat_completions',
    wire: {
      closing: [
        {
          id: '',
          object: '',
          created: 0,
          model: '',
          choices: [{ index: 0, finish_reason: null, content_filter_results: FILTERED_FOR }],
        },
      ],
    },
  },
];

/** https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle */
export const azure = {
  name: 'Azure OpenAI',
  base: '/openai/v1',
  dialects: ['responses', 'chat_completions'],
  models: [{ id: 'our-deployment' }],
  quirks,
  expects: openai.expects,
};

/** https://learn.microsoft.com/en-us/answers/questions/1241073/getting-a-404-resource-not-found */
export const azureDeployment = {
  name: 'Azure OpenAI, a deployment with its version',
  base: '/openai/deployments/our-deployment',
  pastedWith: '/chat/completions?api-version=2024-10-21',
  dialects: ['chat_completions'],
  hasNoModelList: true,
  quirks: [
    {
      what: 'is not found without a version',
      source: 'https://learn.microsoft.com/en-us/answers/questions/1241073/getting-a-404-resource-not-found',
      refuses: not(({ url }) => /[?&]api-version=\d{4}-\d\d-\d\d/.test(url)),
      status: 404,
      body: { error: { code: '404', message: 'Resource not found' } },
    },
    ...quirks,
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
