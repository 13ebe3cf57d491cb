import { holdsSecret } from '@app/common';

const MOST_BYTES = 16 * 1024;
const MOST_FIELDS = 50;

/** What we write ourselves, in every dialect: the conversation, how it is sent and stored, and the parameters that have names here. */
const OURS = new Set([
  'model', 'messages', 'input', 'instructions', 'system', 'prompt', 'conversation', 'previous_response_id', 'store',
  'background', 'stream', 'stream_options', 'tools', 'tool_choice', 'functions', 'function_call', 'response_format', 'n',
  'temperature', 'top_p', 'stop', 'stop_sequences', 'seed', 'reasoning_effort', 'verbosity', 'max_tokens',
  'max_completion_tokens', 'max_output_tokens', 'prompt_cache_key', 'cache_control', 'safety_identifier', 'user',
]); // prettier-ignore
/** What becomes an object's prototype, or a path, when it is used as a name. */
const NO_NAME = /^(__proto__|constructor|prototype)$|[.\s\p{Cc}]/u;

/** Why these fields cannot be put into the body of a request; null when they can. */
export function problemOfExtraBody(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const names = Object.keys(value);
  if (names.length > MOST_FIELDS) return `must not have more than ${MOST_FIELDS} fields`;
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > MOST_BYTES) return `must not be longer than ${MOST_BYTES} bytes`;
  const ours = names.find((name) => OURS.has(name.toLowerCase()));
  if (ours !== undefined) return `must not have the field ${ours}, which the server sets itself`;
  if (names.some((name) => name === '' || name.length > 100 || NO_NAME.test(name)))
    return 'must have names of fields without dots and blanks';
  return textsIn(value).some(holdsSecret) ? 'must not hold secrets: they belong into the headers of the service' : null;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
