import { Baton } from '@baton/client';

/** The address of the server: this program is one of its files, below `console/~/`. */
export const SERVER = new URL(/* @vite-ignore */ '../../', import.meta.url).href;
/** Where the pages of the console are, below the server's address. */
export const BASE_PATH = new URL('console', SERVER).pathname;

const KEPT_AS = 'baton.key';
export const keptKey = {
  get: (): string | undefined => sessionStorage.getItem(KEPT_AS) ?? undefined,
  set: (key: string): void => sessionStorage.setItem(KEPT_AS, key),
  forget: (): void => sessionStorage.removeItem(KEPT_AS),
};

export const baton = new Baton({ url: SERVER, token: () => keptKey.get() });
