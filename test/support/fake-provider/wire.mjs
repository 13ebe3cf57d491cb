/** The two dialects on the wire. A plan is everything one streamed answer will write, encoded before its first byte leaves. */

const sse = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const responsesUsage = (usage) => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: { cached_tokens: usage.cachedTokens },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});

const chatUsage = (usage) => ({
  prompt_tokens: usage.inputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  completion_tokens: usage.outputTokens,
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});

const errorText = 'The fake provider was told to fail here.';

export const responses = {
  whole({ id, model, tokens, tool, usage, finish, refusal }) {
    const text = tokens.join('');
    const content = refusal ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [] };
    const item = tool
      ? {
          type: 'function_call',
          id: `fc_${id}`,
          call_id: tool.callId,
          name: tool.name,
          arguments: tool.arguments,
          status: 'completed',
        }
      : { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content: [content] };
    const cut = { length: 'max_output_tokens', content_filter: 'content_filter' }[finish];
    return {
      id: `resp_${id}`,
      object: 'response',
      created_at: 1_700_000_000,
      model,
      status: cut ? 'incomplete' : 'completed',
      incomplete_details: cut ? { reason: cut } : null,
      error: null,
      output: [item],
      usage: responsesUsage(usage),
    };
  },

  plan(answer) {
    const { id, tokens, tool, refusal, reportUsage } = answer;
    const whole = this.whole(answer);
    if (!reportUsage) whole.usage = null;
    const started = { ...whole, status: 'in_progress', output: [], usage: null };
    let number = 0;
    const next = (type, data) => sse(type, { ...data, sequence_number: number++ });
    let head = next('response.created', { response: started }) + next('response.in_progress', { response: started });
    const at = { item_id: `msg_${id}`, output_index: 0 };
    const pieces = [];
    let tail = '';
    if (tool) {
      const call = whole.output[0];
      head += next('response.output_item.added', {
        output_index: 0,
        item: { ...call, arguments: '', status: 'in_progress' },
      });
      const middle = Math.ceil(tool.arguments.length / 2);
      for (const delta of [tool.arguments.slice(0, middle), tool.arguments.slice(middle)]) {
        pieces.push(next('response.function_call_arguments.delta', { item_id: call.id, output_index: 0, delta }));
      }
      tail += next('response.function_call_arguments.done', {
        item_id: call.id,
        output_index: 0,
        arguments: tool.arguments,
      });
    } else {
      const kind = refusal ? 'refusal' : 'output_text';
      head += next('response.output_item.added', {
        output_index: 0,
        item: { ...whole.output[0], content: [], status: 'in_progress' },
      });
      head += next('response.content_part.added', {
        ...at,
        content_index: 0,
        part: { type: kind, [refusal ? 'refusal' : 'text']: '' },
      });
      for (const delta of tokens) pieces.push(next(`response.${kind}.delta`, { ...at, content_index: 0, delta }));
      tail += next(`response.${kind}.done`, {
        ...at,
        content_index: 0,
        [refusal ? 'refusal' : 'text']: tokens.join(''),
      });
      tail += next('response.content_part.done', { ...at, content_index: 0, part: whole.output[0].content[0] });
    }
    tail += next('response.output_item.done', { output_index: 0, item: whole.output[0] });
    tail += next(`response.${whole.status}`, { response: whole });
    return { head, pieces, tail };
  },

  streamError: (code, id) =>
    sse('response.failed', {
      response: { id: `resp_${id}`, status: 'failed', error: { code, message: errorText }, output: [] },
      sequence_number: 99,
    }),
};

export const chatCompletions = {
  whole({ id, model, tokens, tool, usage, finish, refusal }) {
    const text = tokens.join('');
    const message = { role: 'assistant', content: tool || refusal ? null : text, refusal: refusal ? text : null };
    if (tool) message.tool_calls = [chatToolCall(tool)];
    return {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, message, finish_reason: finish ?? (tool ? 'tool_calls' : 'stop') }],
      usage: chatUsage(usage),
    };
  },

  plan({ id, model, tokens, tool, usage, finish, refusal, reportUsage }) {
    const base = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_700_000_000, model };
    const data = (choices, extra) => `data: ${JSON.stringify({ ...base, choices, ...extra })}\n\n`;
    const chunk = (delta, reason = null) => data([{ index: 0, delta, finish_reason: reason }]);
    const head = chunk({ role: 'assistant', content: '' });
    const pieces = [];
    if (tool) {
      const call = chatToolCall(tool);
      const middle = Math.ceil(tool.arguments.length / 2);
      pieces.push(chunk({ tool_calls: [{ index: 0, ...call, function: { name: tool.name, arguments: '' } }] }));
      for (const part of [tool.arguments.slice(0, middle), tool.arguments.slice(middle)]) {
        pieces.push(chunk({ tool_calls: [{ index: 0, function: { arguments: part } }] }));
      }
    } else {
      for (const token of tokens) pieces.push(chunk(refusal ? { refusal: token } : { content: token }));
    }
    let tail = chunk({}, finish ?? (tool ? 'tool_calls' : 'stop'));
    if (reportUsage) tail += data([], { usage: chatUsage(usage) });
    return { head, pieces, tail: `${tail}data: [DONE]\n\n` };
  },

  streamError: (code) => `data: ${JSON.stringify({ error: { code, type: code, message: errorText } })}\n\n`,
};

const chatToolCall = (tool) => ({
  id: tool.callId,
  type: 'function',
  function: { name: tool.name, arguments: tool.arguments },
});

/** What the fake needs to know about a request, whichever dialect it came in. */
export function readRequest(dialect, body) {
  return dialect === responses ? readResponsesRequest(body) : readChatRequest(body);
}

const partsText = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');
const hasImage = (content) => Array.isArray(content) && content.some((part) => /image/.test(part.type));

function readResponsesRequest(body) {
  const items = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : (body.input ?? []);
  const lastUser = items.findLastIndex((item) => item.role === 'user');
  return {
    userMessage: lastUser === -1 ? '' : partsText(items[lastUser].content),
    answersTool: items.slice(lastUser + 1).some((item) => item.type === 'function_call_output'),
    tools: (body.tools ?? []).map((tool) => tool.name),
    schema: body.text?.format?.type === 'json_schema',
    image: items.some((item) => hasImage(item.content)),
    forced: body.tool_choice === 'required',
    wantsUsage: true,
    inputCharacters: (body.instructions ?? '').length + items.reduce((sum, item) => sum + itemLength(item), 0),
  };
}

function itemLength(item) {
  if (item.type === 'function_call') return item.arguments.length;
  return item.type === 'function_call_output' ? partsText(item.output).length : partsText(item.content).length;
}

function readChatRequest(body) {
  const messages = body.messages ?? [];
  const lastUser = messages.findLastIndex((message) => message.role === 'user');
  const lengthOf = (message) =>
    partsText(message.content).length +
    (message.tool_calls ?? []).reduce((sum, call) => sum + call.function.arguments.length, 0);
  return {
    userMessage: lastUser === -1 ? '' : partsText(messages[lastUser].content),
    answersTool: messages.slice(lastUser + 1).some((message) => message.role === 'tool'),
    tools: (body.tools ?? []).map((tool) => tool.function.name),
    schema: body.response_format?.type === 'json_schema',
    image: messages.some((message) => hasImage(message.content)),
    forced: body.tool_choice === 'required',
    wantsUsage: body.stream_options?.include_usage === true,
    inputCharacters: messages.reduce((sum, message) => sum + lengthOf(message), 0),
  };
}
