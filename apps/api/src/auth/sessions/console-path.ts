const CONSOLE = '/console';
const ANY_HOST = 'http://host.invalid';

/** The path of a page of the console; its first page for everything else, so that no link leads to other places through us. */
export function consolePath(path: string | undefined): string {
  if (path === undefined || !URL.canParse(path, ANY_HOST)) return CONSOLE;
  const { origin, pathname, search, hash } = new URL(path, ANY_HOST);
  const isConsole = pathname === CONSOLE || pathname.startsWith(`${CONSOLE}/`);
  return origin === ANY_HOST && isConsole ? pathname + search + hash : CONSOLE;
}

/** The first page, told why the sign-in failed. */
export const consoleWithError = (code: string): string => `${CONSOLE}?signInError=${code}`;
