/** Conditions of refusals: each takes a request, `{body, asks, headers, url}`, and says whether it is met. */

const at = (value, path) => path.split('.').reduce((inner, name) => inner?.[name], value);

/** The request has the field, given as a path. */
export const has =
  (path) =>
  ({ body }) =>
    at(body, path) !== undefined;

export const is =
  (path, value) =>
  ({ body }) =>
    at(body, path) === value;

export const all =
  (...conditions) =>
  (request) =>
    conditions.every((condition) => condition(request));

export const not = (condition) => (request) => !condition(request);

/** One of the messages, input items or their parts is like that. */
export const someMessage =
  (test) =>
  ({ body }) =>
    messagesIn(body).some(test);

export const messagesIn = (body) => body.messages ?? (Array.isArray(body.input) ? body.input : []);

export const partsOf = ({ content }) => (Array.isArray(content) ? content : []);

/** The fields of the body that are not among these. */
export const fieldsBeside = (body, known) => Object.keys(body).filter((name) => !known.includes(name));

export const asksForImage = ({ asks }) => asks.image;
export const asksForTools = ({ asks }) => asks.tools.length > 0;
export const asksForSchema = ({ asks }) => asks.schema;

/** After a system message at the most, users and assistants do not take turns. What belongs to tools counts as the assistant's. */
export function rolesDoNotAlternate({ body }) {
  const roles = messagesIn(body)
    .map(({ role, tool_calls: calls }) => (role === 'tool' || calls ? 'tools' : role))
    .filter((role, index) => role !== 'tools' && !(index === 0 && role === 'system'));
  return roles.some((role, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'));
}
