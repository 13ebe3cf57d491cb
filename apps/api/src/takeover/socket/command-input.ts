import type { FieldProblem } from '@app/contracts';

const MAX_FIELDS = 20;
const NAME_LENGTH = 60;

/**
 * What is wrong with the arguments of a command before its own rules are asked: every command takes one flat object of texts,
 * numbers and flags. So nothing nested, binary or unstorable gets further than this.
 */
export function faultsOf(payloads: readonly unknown[]): FieldProblem[] {
  if (payloads.length > 1) return [{ path: '', message: 'a command takes one object' }];
  const [payload] = payloads;
  if (payload === undefined || payload === null) return [];
  if (typeof payload !== 'object' || Object.getPrototypeOf(payload) !== Object.prototype)
    return [{ path: '', message: 'must be an object' }];
  const fields = Object.entries(payload);
  if (fields.length > MAX_FIELDS) return [{ path: '', message: 'has too many fields' }];
  return fields.flatMap(([name, value]) => {
    const message = faultOf(name, value);
    return message === null ? [] : [{ path: isStorable(name) ? name.slice(0, NAME_LENGTH) : '', message }];
  });
}

function faultOf(name: string, value: unknown): string | null {
  if (!isStorable(name) || name === '__proto__' || name === 'constructor') return 'must not exist';
  if (typeof value === 'object' && value !== null) return 'must be a text, a number or a flag';
  if (typeof value === 'string' && !isStorable(value))
    return 'must not contain NUL characters or half of a surrogate pair';
  return null;
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
