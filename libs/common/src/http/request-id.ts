import { uuidv7 } from 'uuidv7';

export const REQUEST_ID_HEADER = 'x-request-id';

const ACCEPTABLE = /^[\w.-]{1,64}$/;

/** A caller may name its request; anything that would be awkward in a log gets a name of ours. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' && ACCEPTABLE.test(header) ? header : uuidv7();
