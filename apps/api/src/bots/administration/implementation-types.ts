import { AppError } from '@app/common';

/**
 * How a bot answers. `OpenAI`: from its instructions and facts, and from what the model knows. `FactBot`: from its facts alone.
 * `StartBot`: not itself; it hands each message to the member that fits best.
 */
export const IMPLEMENTATION_TYPES = ['OpenAI', 'StartBot', 'FactBot'] as const;
export type ImplementationType = (typeof IMPLEMENTATION_TYPES)[number];

/** The type as it is stored. Without one a bot is a plain one, or a start bot when that was asked for. */
export function implementationTypeOf(given: string | null | undefined, isStartBot: boolean): ImplementationType {
  const name = given?.trim().toLowerCase() ?? '';
  if (name === '') return isStartBot ? 'StartBot' : 'OpenAI';
  const type = IMPLEMENTATION_TYPES.find((known) => known.toLowerCase() === name);
  if (type === undefined || (isStartBot && type !== 'StartBot')) {
    const message =
      type === undefined
        ? `implementationType must be one of ${IMPLEMENTATION_TYPES.join(', ')}`
        : `isStartBot contradicts the implementationType ${type}`;
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'implementationType', message }] });
  }
  return type;
}
