/** How a handler's plain result goes over the wire. */
export interface Answer {
  type: string;
  text: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Strings are JSON strings (clients parse every answer as JSON) unless the caller prefers plain text; a handler without a result
 * answers `{}`. Null for what the server can send by itself.
 */
export function answerOf(result: unknown, accept: string | undefined): Answer | null {
  if (typeof result === 'string') {
    return prefersPlainText(accept)
      ? { type: 'text/plain; charset=utf-8', text: result }
      : { type: JSON_TYPE, text: JSON.stringify(result) };
  }
  if (typeof result === 'boolean' || typeof result === 'number') return { type: JSON_TYPE, text: String(result) };
  return result === undefined || result === null ? { type: JSON_TYPE, text: '{}' } : null;
}

function prefersPlainText(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes('text/plain')) return false;
  return weightOf(accept, 'text/plain') > weightOf(accept, 'application/json');
}

/** The weight that an `Accept` header gives a type by name. */
function weightOf(accept: string, type: string): number {
  for (const part of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
