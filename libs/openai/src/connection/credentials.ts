import { holdsSecret, isSecretParameter } from '@app/common';
import type { DialectAdapter } from '../dialects/dialect-adapter.js';
import type { BareConnection } from '../provider.types.js';

/**
 * How a service is shown who calls: by a token of Entra, by its key in the dialect's own way, as Azure wants it, or as a bearer token. What
 * the administrator has added for a gateway goes before all of it.
 *
 * @param token of the connection's Entra application; null without one
 */
export function credentialsOf(
  connection: BareConnection,
  adapter: DialectAdapter | undefined,
  token: string | null,
): Record<string, string> {
  return { ...shown(connection, adapter, token), ...connection.headers };
}

function shown(
  connection: BareConnection,
  adapter: DialectAdapter | undefined,
  token: string | null,
): Record<string, string> {
  const { apiKey, isAzure } = connection;
  if (token !== null)
    return { ...adapter?.headers?.({ ...connection, apiKey: null }), authorization: `Bearer ${token}` };
  if (adapter?.headers) return adapter.headers(connection);
  return apiKey === null ? {} : isAzure ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

/** What must not be repeated when a service says something: services quote what they were sent. */
export const secretsOf = ({ apiKey, entra, headers, query }: BareConnection): string[] => [
  ...[apiKey, entra?.clientSecret].filter((secret) => typeof secret === 'string'),
  ...Object.entries({ ...headers, ...query })
    .filter(([name, value]) => isSecretParameter(name) || holdsSecret(value))
    .map(([, value]) => value),
];
