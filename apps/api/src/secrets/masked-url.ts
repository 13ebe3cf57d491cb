import { holdsSecret, isSecretParameter, MASK } from '@app/common';

/** An address as it may be shown: secrets in its path and its query are masked. */
export const maskUrl = (url: string): string =>
  map(url, (value, name) =>
    value !== '' && (isSecretParameter(name) || holdsSecret(decoded(value))) ? MASK : undefined,
  );

/** An address that was sent, with the stored secrets in place of their masks; null when one of them is not stored for this origin. */
export function keepMaskedUrl(sent: string, stored: string | null): string | null {
  const secrets = new Map<string, string[]>();
  if (stored !== null && new URL(stored).origin === new URL(sent).origin)
    map(stored, (value, name) => void secrets.set(name, [...(secrets.get(name) ?? []), value]));
  let isComplete = true;
  const kept = map(sent, (value, name) => {
    const before = secrets.get(name)?.shift();
    if (decoded(value) !== MASK) return undefined;
    isComplete &&= before !== undefined;
    return before;
  });
  return isComplete ? kept : null;
}

/** Changes the parts of the path, which have their places as names, and the values of the query. */
function map(text: string, change: (value: string, name: string) => string | undefined): string {
  const url = new URL(text);
  const path = url.pathname.split('/').map((part, place) => change(part, `/${place}`) ?? part);
  const query = url.search
    .slice(1)
    .split('&')
    .map((parameter) => {
      const at = parameter.indexOf('=');
      const value = parameter.slice(at + 1);
      return parameter.slice(0, at + 1) + (change(value, at < 0 ? '' : decoded(parameter.slice(0, at))) ?? value);
    });
  url.pathname = path.join('/');
  url.search = query.join('&');
  return url.href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
