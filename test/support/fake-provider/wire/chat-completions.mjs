/** Chat Completions on the wire, as OpenAI and as the many services that follow it write it. */

export const chatUsage = (usage) => ({
  prompt_tokens: usage.inputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  completion_tokens: usage.outputTokens,
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});

/** OpenAI's own way. A service's table names what it does differently. */
const OWN_WAY = {
  /** Fields of every chunk. */
  chunk: {},
  /** Chunks before the answer and after its last word. */
  opening: [],
  closing: [],
  /** The first delta. */
  head: { role: 'assistant', content: '' },
  /** The field of a message in which the model thinks. */
  thoughtField: null,
  /** How a piece of text stands in a delta. */
  content: (text) => text,
  /** Calls come in pieces, or each in one chunk. */
  callsInPieces: true,
  /** The first chunk of a call, or the whole call. */
  call: (call) => call,
  usage: 'separate',
  usageFields: chatUsage,
};

/** Where a stream reports its usage: with the finish reason, and in a chunk behind it. */
const USAGE_PLACES = {
  separate: (usage) => ({ behind: [{ choices: [], usage }] }),
  with_finish: (usage) => ({ beside: { usage } }),
  in_choice: (usage) => ({ beside: { inChoice: { usage } } }),
  x_groq: (usage) => ({ beside: { x_groq: { id: 'req_fake', usage } } }),
};

const finishOf = (tools) => (tools.length > 0 ? 'tool_calls' : 'stop');

const callOf = (tool) => ({
  id: tool.callId,
  type: 'function',
  function: { name: tool.name, arguments: tool.arguments },
});

const halvesOf = (text) => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};

export const chatCompletions = {
  whole({ id, model, tokens, tools, usage, finish, refusal, thought, wire }) {
    const way = { ...OWN_WAY, ...wire };
    const text = tokens.join('');
    const isSilent = refusal || (tools.length > 0 && text === '');
    const message = { role: 'assistant', content: isSilent ? null : way.content(text), refusal: refusal ? text : null };
    if (way.thoughtField && thought) message[way.thoughtField] = thought;
    if (tools.length > 0) message.tool_calls = tools.map((tool, index) => way.call({ index, ...callOf(tool) }));
    return {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model,
      ...way.chunk,
      choices: [{ index: 0, message, finish_reason: finish ?? finishOf(tools) }],
      usage: way.usageFields(usage),
    };
  },

  plan({ id, model, tokens, tools, usage, finish, refusal, thought, reportUsage, wire }) {
    const way = { ...OWN_WAY, ...wire };
    const base = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_700_000_000, model, ...way.chunk };
    const event = (fields) => `data: ${JSON.stringify({ ...base, ...fields })}\n\n`;
    const chunk = (delta, reason = null, { inChoice, ...beside } = {}) =>
      event({ choices: [{ index: 0, delta, finish_reason: reason, ...inChoice }], ...beside });
    const thoughts = way.thoughtField && thought ? [chunk({ [way.thoughtField]: thought })] : [];
    const words = tokens.map((token) => chunk(refusal ? { refusal: token } : { content: way.content(token) }));
    const calls = tools.flatMap((tool, index) =>
      planCall(way, tool, index).map((call) => chunk({ tool_calls: [call] })),
    );
    const { behind = [], beside = {} } = reportUsage ? USAGE_PLACES[way.usage](way.usageFields(usage)) : {};
    const tail = [chunk({}, finish ?? finishOf(tools), beside), ...[...way.closing, ...behind].map(event)];
    return {
      head: [...way.opening.map(event), chunk(way.head), ...thoughts].join(''),
      pieces: [...words, ...calls],
      tail: `${tail.join('')}data: [DONE]\n\n`,
    };
  },

  streamError(code, _id, wire) {
    const message = 'The fake provider was told to fail here.';
    const chunk = wire.errorChunk?.(code, message) ?? { error: { code, type: code, message } };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  },
};

function planCall(way, tool, index) {
  const call = { index, ...callOf(tool) };
  if (!way.callsInPieces) return [way.call(call)];
  const begun = way.call({ ...call, function: { name: tool.name, arguments: '' } });
  return [begun, ...halvesOf(tool.arguments).map((part) => ({ index, function: { arguments: part } }))];
}
