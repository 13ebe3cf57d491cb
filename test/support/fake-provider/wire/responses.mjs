/** Responses on the wire. A plan is everything one streamed answer will write, encoded before its first byte leaves. */

const sse = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const responsesUsage = (usage) => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: { cached_tokens: usage.cachedTokens },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});

export const responses = {
  whole({ id, model, tokens, tools, usage, finish, refusal, thought, wire }) {
    const text = tokens.join('');
    const content = refusal ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [] };
    const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content: [content] };
    const calls = tools.map((tool, place) => ({
      type: 'function_call',
      id: `fc_${id}_${place}`,
      call_id: tool.callId,
      name: tool.name,
      arguments: tool.arguments,
      status: 'completed',
    }));
    const thoughts = wire?.thought && thought ? [{ type: 'reasoning', id: `rs_${id}`, ...wire.thought(thought) }] : [];
    const cut = { length: 'max_output_tokens', content_filter: 'content_filter' }[finish];
    return {
      id: `resp_${id}`,
      object: 'response',
      created_at: 1_700_000_000,
      model,
      status: cut ? 'incomplete' : 'completed',
      incomplete_details: cut ? { reason: cut } : null,
      error: null,
      output: [...thoughts, ...(calls.length === 0 || text !== '' ? [message] : []), ...calls],
      usage: responsesUsage(usage),
    };
  },

  plan(answer) {
    const whole = this.whole(answer);
    if (!answer.reportUsage) whole.usage = null;
    const started = { ...whole, status: 'in_progress', output: [], usage: null };
    let number = 0;
    const next = (type, data) => sse(type, { ...data, sequence_number: number++ });
    const head = next('response.created', { response: started }) + next('response.in_progress', { response: started });
    const items = whole.output.map((item, place) => PLANS[item.type](next, item, place, answer));
    const [first] = items;
    const last = items.at(-1);
    const pieces = items.flatMap((item) => [
      ...(item === first ? [] : [item.head]),
      ...item.pieces,
      ...(item === last ? [] : [item.tail]),
    ]);
    return { head: head + first.head, pieces, tail: last.tail + next(`response.${whole.status}`, { response: whole }) };
  },

  streamError: (code, id) =>
    sse('response.failed', {
      response: {
        id: `resp_${id}`,
        status: 'failed',
        error: { code, message: 'The fake provider was told to fail here.' },
        output: [],
      },
      sequence_number: 99,
    }),
};

const PLANS = { message: planMessage, function_call: planCall, reasoning: planThought };

function planMessage(next, item, place, { tokens, refusal }) {
  const at = { item_id: item.id, output_index: place };
  const kind = refusal ? 'refusal' : 'output_text';
  const field = refusal ? 'refusal' : 'text';
  return {
    head:
      next('response.output_item.added', {
        output_index: place,
        item: { ...item, content: [], status: 'in_progress' },
      }) + next('response.content_part.added', { ...at, content_index: 0, part: { type: kind, [field]: '' } }),
    pieces: tokens.map((delta) => next(`response.${kind}.delta`, { ...at, content_index: 0, delta })),
    tail:
      next(`response.${kind}.done`, { ...at, content_index: 0, [field]: tokens.join('') }) +
      next('response.content_part.done', { ...at, content_index: 0, part: item.content[0] }) +
      next('response.output_item.done', { output_index: place, item }),
  };
}

function planCall(next, item, place) {
  const at = { item_id: item.id, output_index: place };
  return {
    head: next('response.output_item.added', {
      output_index: place,
      item: { ...item, arguments: '', status: 'in_progress' },
    }),
    pieces: halvesOf(item.arguments).map((delta) => next('response.function_call_arguments.delta', { ...at, delta })),
    tail:
      next('response.function_call_arguments.done', { ...at, arguments: item.arguments }) +
      next('response.output_item.done', { output_index: place, item }),
  };
}

function planThought(next, item, place) {
  return {
    head: next('response.output_item.added', { output_index: place, item: { ...item, content: [] } }),
    pieces: [],
    tail: next('response.output_item.done', { output_index: place, item }),
  };
}

const halvesOf = (text) => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};
