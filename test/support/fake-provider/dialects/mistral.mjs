import { fieldsBeside, someMessage } from './conditions.mjs';

const refusal = (status, message, type, code) => ({
  status,
  body: { object: 'error', message, type, param: null, code },
});

// https://docs.mistral.ai/api/
const KNOWN = [
  'model', 'messages', 'temperature', 'top_p', 'max_tokens', 'stream', 'stop', 'random_seed', 'response_format', 'tools',
  'tool_choice', 'presence_penalty', 'frequency_penalty', 'n', 'prediction', 'parallel_tool_calls', 'prompt_mode', 'safe_prompt',
]; // prettier-ignore

const extra = (body) => ({
  detail: fieldsBeside(body, KNOWN).map((field) => ({
    type: 'extra_forbidden',
    loc: ['body', field],
    msg: 'Extra inputs are not permitted',
    input: body[field],
  })),
});

const idsOf = ({ tool_calls: calls, tool_call_id: id }) =>
  [...(calls ?? []).map((call) => call.id), id].filter(Boolean);

/** https://docs.mistral.ai/api/ */
export const mistral = {
  name: 'Mistral',
  dialects: ['chat_completions'],
  models: [
    { id: 'mistral-fake', owned_by: 'mistralai', capabilities: { completion_chat: true }, max_context_length: 131_072 },
  ],
  errorOf: ({ message }) => ({ object: 'error', message, type: 'invalid_request_error', param: null, code: null }),
  unknownPath: () => ({ status: 404, body: { message: 'no Route matched with those values' } }),
  callId: (id, place) => `${id.replace(/\W/g, '')}${place}`.slice(-9).padStart(9, 'x'),
  quirks: [
    {
      what: 'refuses every field that it does not know',
      source: 'https://github.com/editor-code-assistant/eca/issues/231',
      refuses: ({ body }) => fieldsBeside(body, KNOWN).length > 0,
      status: 422,
      body: ({ body }) => refusal(422, extra(body), 'invalid_request_error', null).body,
    },
    {
      what: 'takes calls back under ids of its own length only',
      source: 'https://github.com/editor-code-assistant/eca/issues/233',
      refuses: someMessage((message) => idsOf(message).some((id) => !/^[a-zA-Z0-9]{9}$/.test(id))),
      ...refusal(
        400,
        'Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.',
        'invalid_function_call',
        '3280',
      ),
    },
    {
      what: 'reports the usage unasked, with the end',
      source: 'https://github.com/dnakov/anon-kode/issues/53',
      wire: { usage: 'with_finish', isUsageUnasked: true, callsInPieces: false },
    },
  ],
  expects: {
    dialect: 'chat_completions',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
