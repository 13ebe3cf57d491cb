import { readAnthropicRequest } from './anthropic-messages.mjs';

/** What the fake needs to know about a request, whichever dialect it came in. */
export const readRequest = (dialect, body) => READERS[dialect](body);

const READERS = {
  responses: readResponsesRequest,
  chat_completions: readChatRequest,
  anthropic_messages: readAnthropicRequest,
};

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
