import { has, someMessage } from './conditions.mjs';

const refusal = (code, message, status) => ({ status: code, body: [{ error: { code, message, status } }] });

const SIGNED = { google: { thought_signature: 'EjQKMgEMOdbH' } };
const isUnsigned = ({ extra_content: extra }) => extra?.google?.thought_signature !== SIGNED.google.thought_signature;

/** https://ai.google.dev/gemini-api/docs/openai */
export const gemini = {
  name: 'Gemini, in the protocol of OpenAI',
  base: '/v1beta/openai',
  dialects: ['chat_completions'],
  models: [{ id: 'models/gemini-fake', owned_by: 'google' }],
  errorOf: ({ status, message }) => [{ error: { code: status, message, status: 'UNAVAILABLE' } }],
  unknownPath: () => ({ status: 404, body: '' }),
  callId: (id, place) => `function-call-${id}${place}`,
  quirks: [
    {
      what: 'refuses to be told not to store',
      source: 'https://github.com/liliMozi/openhanako/issues/394',
      refuses: has('store'),
      ...refusal(400, 'Invalid JSON payload received. Unknown name "store": Cannot find field.', 'INVALID_ARGUMENT'),
    },
    {
      what: 'takes calls back with their signature only',
      source: 'https://github.com/Gitlawb/openclaude/issues/67',
      refuses: someMessage(({ tool_calls: calls }) => calls?.some(isUnsigned) === true),
      ...refusal(
        400,
        'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance.',
        'INVALID_ARGUMENT',
      ),
    },
    {
      what: 'sends calls whole, signed and without a number',
      source: 'https://github.com/noho/dayu-agent/issues/45',
      wire: {
        callsInPieces: false,
        call: ({ index: _index, ...call }) => ({ ...call, extra_content: SIGNED }),
      },
    },
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
