import { fieldsBeside, has, messagesIn, not, partsOf, someMessage } from './conditions.mjs';

const refusal = (message) => ({
  status: 400,
  body: { type: 'error', error: { type: 'invalid_request_error', message }, request_id: 'req_fake' },
});

const KNOWN = [
  'model', 'messages', 'max_tokens', 'system', 'metadata', 'stop_sequences', 'stream', 'temperature', 'top_p', 'top_k', 'tools',
  'tool_choice', 'thinking', 'service_tier', 'container', 'mcp_servers', 'context_management', 'output_config', 'cache_control',
]; // prettier-ignore
const KNOWN_IN_CALL = ['type', 'id', 'name', 'input', 'cache_control', 'caller'];

const TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const idsOf = (message, type, field) =>
  partsOf(message ?? {})
    .filter((part) => part.type === type)
    .map((part) => part[field]);

function lacksResults({ body }) {
  const messages = messagesIn(body);
  return messages.some((message, index) => {
    const results = idsOf(messages[index + 1], 'tool_result', 'tool_use_id');
    return idsOf(message, 'tool_use', 'id').some((id) => !results.includes(id));
  });
}

/** https://docs.anthropic.com/en/api/messages; its compatibility with OpenAI's protocol is left out. */
export const anthropic = {
  name: 'Anthropic',
  dialects: ['anthropic_messages'],
  models: [{ id: 'claude-fake', display_name: 'Fake', created_at: '2026-01-01T00:00:00Z' }],
  // https://docs.anthropic.com/en/api/models-list
  listModels: (models) => ({
    data: models.map((model) => ({ type: 'model', ...model })),
    has_more: false,
    first_id: models[0].id,
    last_id: models.at(-1).id,
  }),
  // https://docs.anthropic.com/en/api/errors
  errorOf: ({ status, message }) => ({
    type: 'error',
    error: { type: TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'), message },
    request_id: 'req_fake',
  }),
  unknownPath: () => ({
    status: 404,
    body: { type: 'error', error: { type: 'not_found_error', message: 'Not Found' } },
  }),
  headers: { 'anthropic-ratelimit-requests-remaining': '49' },
  callId: (id, place) => `toolu_${id}${place}`,
  quirks: [
    {
      what: 'wants to be told the version',
      source: 'https://docs.anthropic.com/en/api/versioning',
      refuses: ({ headers }) => headers['anthropic-version'] === undefined,
      ...refusal('anthropic-version: header is required'),
    },
    {
      what: 'wants a limit',
      source: 'https://docs.anthropic.com/en/api/messages',
      refuses: not(has('max_tokens')),
      ...refusal('max_tokens: Field required'),
    },
    {
      what: 'refuses fields that it does not know',
      source: 'https://github.com/amrit110/oli/issues/7',
      refuses: ({ body }) => fieldsBeside(body, KNOWN).length > 0,
      status: 400,
      body: ({ body }) => refusal(`${fieldsBeside(body, KNOWN)[0]}: Extra inputs are not permitted`).body,
    },
    {
      what: 'refuses fields of a call that it does not know',
      source: 'https://github.com/langchain-ai/langchain/issues/31208',
      refuses: someMessage((message) =>
        partsOf(message).some((part) => part.type === 'tool_use' && fieldsBeside(part, KNOWN_IN_CALL).length > 0),
      ),
      ...refusal('messages.1.content.1.tool_use.index: Extra inputs are not permitted'),
    },
    {
      what: 'wants a result right behind every call',
      source: 'https://github.com/Hmbown/Codewhale/issues/4329',
      refuses: lacksResults,
      ...refusal(
        'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
      ),
    },
    {
      what: 'refuses blank text',
      source: 'https://docs.anthropic.com/en/api/messages',
      refuses: someMessage((message) =>
        partsOf(message).some(({ type, text }) => type === 'text' && text.trim() === ''),
      ),
      ...refusal('messages: text content blocks must be non-empty'),
    },
    {
      what: 'takes thoughts back as they were signed only',
      source: 'https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking',
      refuses: someMessage((message) =>
        partsOf(message).some(({ type, signature }) => type === 'thinking' && signature !== 'c2lnbmVk'),
      ),
      ...refusal('messages.1.content.0: Invalid `signature` in `thinking` block'),
    },
    {
      what: 'thinks in a signed block',
      source: 'https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking',
      wire: { thought: (thinking) => ({ thinking, signature: 'c2lnbmVk' }) },
    },
  ],
  expects: {
    dialect: 'anthropic_messages',
    capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
  },
};
