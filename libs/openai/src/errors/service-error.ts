/** What a service says about a failure, from whatever shape it puts it into. */
export interface ServiceError {
  code?: unknown;
  type?: unknown;
  message?: unknown;
}

const DEEPEST = 5;
const LONGEST_PLAIN_TEXT = 1000;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The error in a body that should be JSON. Short plain text is a message; pages are none. */
export function readErrorBody(body: string): ServiceError {
  const text = body.replace(/^data:\s*/, '').trim();
  try {
    return readServiceError(JSON.parse(text));
  } catch {
    return text.includes('<') || text.length > LONGEST_PLAIN_TEXT ? {} : { message: text };
  }
}

/** The innermost description: gateways wrap what the service behind them said, some lists and some texts hold the error. */
export function readServiceError(value: unknown, depth = 0): ServiceError {
  if (depth > DEEPEST || value === null || value === undefined) return {};
  if (Array.isArray(value)) return readList(value, depth);
  if (!isObject(value)) return readText(typeof value === 'string' ? value : JSON.stringify(value), depth);
  const { metadata, error, errors, detail, message, msg, error_msg: errorMessage, code, type, title } = value;
  const own: ServiceError = { code: code ?? value.error_code ?? undefined, type };
  const raw = isObject(metadata) ? metadata.raw : undefined;
  for (const inner of [error, errors, raw, isObject(message) ? message : undefined, detail]) {
    const found = readServiceError(inner, depth + 1);
    if (Object.values(found).every((field) => field === undefined)) continue;
    // The reason in numbers of the outer one says less than the word of the inner one.
    return { code: found.code ?? own.code, type: found.type ?? own.type, message: found.message ?? message };
  }
  const said = [message, msg, errorMessage, title].find((text) => typeof text === 'string' && text !== '');
  return { ...own, ...(said !== undefined && readText(said as string, depth)) };
}

/** The list of an error, or a list of the fields that are wrong. */
function readList(values: unknown[], depth: number): ServiceError {
  const fields = values.filter((value) => isObject(value) && Array.isArray(value.loc)) as Record<string, unknown>[];
  if (fields.length === 0) return readServiceError(values[0], depth + 1);
  return { message: fields.map(({ loc, msg }) => `${(loc as unknown[]).join('.')}: ${String(msg)}`).join('; ') };
}

/** A text may be an error in JSON once more. */
function readText(text: string, depth: number): ServiceError {
  if (!/^\s*[[{]/.test(text)) return { message: text };
  try {
    const found = readServiceError(JSON.parse(text), depth + 1);
    return found.message === undefined ? { ...found, message: text } : found;
  } catch {
    return { message: text };
  }
}
