import { Baton } from '@baton/client';

/** The address of the server: this program is one of its files, below `console/~/`. */
export const SERVER = new URL(/* @vite-ignore */ '../../', import.meta.url).href;
/** Where the pages of the console are, below the server's address. */
export const BASE_PATH = new URL('console', SERVER).pathname;

/** The browser sends the cookie of the session by itself. */
export const baton = new Baton({ url: SERVER });
