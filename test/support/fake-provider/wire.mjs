/** The two dialects of OpenAI on the wire. A plan is everything one streamed answer will write, encoded before its first byte leaves. */

import { anthropicMessages, readAnthropicRequest } from './anthropic-wire.mjs';

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
  whole({ id, model, tokens, tools, usage, finish, refusal }) {
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
    const cut = { length: 'max_output_tokens', content_filter: 'content_filter' }[finish];
    return {
      id: `resp_${id}`,
      object: 'response',
      created_at: 1_700_000_000,
      model,
      status: cut ? 'incomplete' : 'completed',
      incomplete_details: cut ? { reason: cut } : null,
      error: null,
      output: calls.length === 0 || text !== '' ? [message, ...calls] : calls,
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
    const items = whole.output.map((item, place) =>
      item.type === 'message' ? planMessage(next, item, place, answer) : planCall(next, item, place),
    );
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
      response: { id: `resp_${id}`, status: 'failed', error: { code, message: errorText }, output: [] },
      sequence_number: 99,
    }),
};

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

const halvesOf = (text) => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};

export const chatCompletions = {
  whole({ id, model, tokens, tools, usage, finish, refusal }) {
    const text = tokens.join('');
    const isSilent = refusal || (tools.length > 0 && text === '');
    const message = { role: 'assistant', content: isSilent ? null : text, refusal: refusal ? text : null };
    if (tools.length > 0) message.tool_calls = tools.map(chatToolCall);
    return {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, message, finish_reason: finish ?? finishOf(tools) }],
      usage: chatUsage(usage),
    };
  },

  plan({ id, model, tokens, tools, usage, finish, refusal, reportUsage }) {
    const base = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_700_000_000, model };
    const data = (choices, extra) => `data: ${JSON.stringify({ ...base, choices, ...extra })}\n\n`;
    const chunk = (delta, reason = null) => data([{ index: 0, delta, finish_reason: reason }]);
    const head = chunk({ role: 'assistant', content: '' });
    const words = tokens.map((token) => chunk(refusal ? { refusal: token } : { content: token }));
    const calls = tools.flatMap((tool, index) => [
      chunk({ tool_calls: [{ index, ...chatToolCall(tool), function: { name: tool.name, arguments: '' } }] }),
      ...halvesOf(tool.arguments).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]);
    let tail = chunk({}, finish ?? finishOf(tools));
    if (reportUsage) tail += data([], { usage: chatUsage(usage) });
    return { head, pieces: [...words, ...calls], tail: `${tail}data: [DONE]\n\n` };
  },

  streamError: (code) => `data: ${JSON.stringify({ error: { code, type: code, message: errorText } })}\n\n`,
};

const finishOf = (tools) => (tools.length > 0 ? 'tool_calls' : 'stop');

const chatToolCall = (tool) => ({
  id: tool.callId,
  type: 'function',
  function: { name: tool.name, arguments: tool.arguments },
});

/** What the fake needs to know about a request, whichever dialect it came in. */
export function readRequest(dialect, body) {
  if (dialect === anthropicMessages) return readAnthropicRequest(body);
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
    rounds: roundsOf(items.slice(lastUser + 1).map((item) => item.type === 'function_call_output')),
    tools: (body.tools ?? []).map((tool) => tool.name),
    schema: body.text?.format?.type === 'json_schema',
    image: items.some((item) => hasImage(item.content)),
    forced: body.tool_choice === 'required',
    wantsUsage: true,
    inputCharacters: (body.instructions ?? '').length + items.reduce((sum, item) => sum + itemLength(item), 0),
  };
}

/** How often tools have answered since the customer spoke. */
const roundsOf = (areAnswers) => areAnswers.filter((isAnswer, index) => isAnswer && !areAnswers[index - 1]).length;

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
    rounds: roundsOf(messages.slice(lastUser + 1).map((message) => message.role === 'tool')),
    tools: (body.tools ?? []).map((tool) => tool.function.name),
    schema: body.response_format?.type === 'json_schema',
    image: messages.some((message) => hasImage(message.content)),
    forced: body.tool_choice === 'required',
    wantsUsage: body.stream_options?.include_usage === true,
    inputCharacters: messages.reduce((sum, message) => sum + lengthOf(message), 0),
  };
}
