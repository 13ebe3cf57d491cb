/** Anthropic Messages on the wire: https://docs.anthropic.com/en/docs/build-with-claude/streaming */

const sse = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

/** What was read from the cache is not part of the first figure. */
const usageOf = (usage) => ({
  input_tokens: usage.inputTokens - usage.cachedTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: usage.cachedTokens,
  output_tokens: usage.outputTokens,
});

const stopOf = (finish, tools) =>
  ({ length: 'max_tokens', content_filter: 'refusal' })[finish] ?? (tools.length > 0 ? 'tool_use' : 'end_turn');

/** The codes of the other dialects by the names that this one has for them. */
const ERROR_TYPES = {
  server_error: 'api_error',
  rate_limit_exceeded: 'rate_limit_error',
  insufficient_quota: 'billing_error',
};

const blocksOf = ({ tokens, tools, thought, wire }) => [
  ...(wire?.thought && thought ? [{ type: 'thinking', ...wire.thought(thought) }] : []),
  ...(tokens.length > 0 || tools.length === 0 ? [{ type: 'text', text: tokens.join('') }] : []),
  ...tools.map((tool) => ({ type: 'tool_use', id: tool.callId, name: tool.name, input: JSON.parse(tool.arguments) })),
];

export const anthropicMessages = {
  whole(answer) {
    const { id, model, tools, usage, finish } = answer;
    return {
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model,
      content: blocksOf(answer),
      stop_reason: stopOf(finish, tools),
      stop_sequence: null,
      usage: usageOf(usage),
    };
  },

  plan(answer) {
    const { id, model, tokens, tools, usage, finish, reportUsage } = answer;
    const begun = { id: `msg_${id}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null };
    const told = reportUsage ? usageOf(usage) : {};
    const blocks = blocksOf(answer).map((block, index) => PLANS[block.type](block, index, tokens));
    const [first] = blocks;
    const last = blocks.at(-1);
    return {
      head:
        sse('message_start', {
          message: { ...begun, usage: { ...told, output_tokens: reportUsage ? 1 : undefined } },
        }) +
        sse('ping', {}) +
        first.head,
      pieces: blocks.flatMap((block) => [
        ...(block === first ? [] : [block.head]),
        ...block.pieces,
        ...(block === last ? [] : [block.tail]),
      ]),
      tail:
        last.tail +
        sse('message_delta', {
          delta: { stop_reason: stopOf(finish, tools), stop_sequence: null },
          usage: { output_tokens: told.output_tokens },
        }) +
        sse('message_stop', {}),
    };
  },

  streamError: (code) =>
    sse('error', { error: { type: ERROR_TYPES[code] ?? code, message: 'The fake provider was told to fail here.' } }),
};

const PLANS = { text: planText, tool_use: planCall, thinking: planThought };

const stop = (index) => sse('content_block_stop', { index });

const delta = (index, fields) => sse('content_block_delta', { index, delta: fields });

function planText(_block, index, tokens) {
  return {
    head: sse('content_block_start', { index, content_block: { type: 'text', text: '' } }),
    pieces: tokens.map((text) => delta(index, { type: 'text_delta', text })),
    tail: stop(index),
  };
}

/** Before the first word of the answer. */
function planThought({ thinking, signature }, index) {
  const begun = { type: 'thinking', thinking: '', signature: '' };
  return {
    head:
      sse('content_block_start', { index, content_block: begun }) +
      delta(index, { type: 'thinking_delta', thinking }) +
      delta(index, { type: 'signature_delta', signature }),
    pieces: [],
    tail: stop(index),
  };
}

function planCall(block, index) {
  const json = JSON.stringify(block.input);
  const middle = Math.ceil(json.length / 2);
  return {
    head: sse('content_block_start', { index, content_block: { ...block, input: {} } }),
    pieces: [json.slice(0, middle), json.slice(middle)].map((partial) =>
      delta(index, { type: 'input_json_delta', partial_json: partial }),
    ),
    tail: stop(index),
  };
}

const partsOf = (content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []));
const isResult = ({ type }) => type === 'tool_result';
const lengthOf = (part) => (part.text ?? part.content ?? (part.input ? JSON.stringify(part.input) : '')).length;

export function readAnthropicRequest(body) {
  const messages = (body.messages ?? []).map(({ role, content }) => ({ role, parts: partsOf(content) }));
  const lastUser = messages.findLastIndex(({ role, parts }) => role === 'user' && !parts.some(isResult));
  const text = (parts) => parts.map((part) => part.text ?? '').join('');
  return {
    userMessage: lastUser === -1 ? '' : text(messages[lastUser].parts),
    rounds: messages.slice(lastUser + 1).filter(({ parts }) => parts.some(isResult)).length,
    tools: (body.tools ?? []).map((tool) => tool.name),
    schema: body.output_config?.format?.type === 'json_schema',
    image: messages.some(({ parts }) => parts.some(({ type }) => type === 'image')),
    forced: body.tool_choice?.type === 'any',
    wantsUsage: true,
    inputCharacters:
      (body.system ?? '').length +
      messages.flatMap(({ parts }) => parts).reduce((sum, part) => sum + lengthOf(part), 0),
  };
}
