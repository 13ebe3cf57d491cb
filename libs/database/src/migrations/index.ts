import { Initial1764000000000 } from './1764000000000-initial.js';

/** In order. A released migration is never edited: changes come as a new one. */
export const MIGRATIONS = [Initial1764000000000];
