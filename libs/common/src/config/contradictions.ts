import { databaseUrlFaults } from './database-url.js';
import { trustedProxies } from '../http/trusted-proxies.js';
import type { Environment } from './environment.js';
import { listOf, trustProxyOf } from './read-values.js';

const VISITOR_PREFIX = 'bv_';

/** What is wrong with settings that are well formed each by itself. */
export function contradictions(environment: Environment): string[] {
  const { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = environment;
  const { OPENAI_MODEL, OPENAI_API_KEY, OPENAI_BASE_URL } = environment;
  const { ADMIN_API_KEY = '', CORS_ORIGINS, DATABASE_URL, TRUST_PROXY } = environment;
  return [
    !isTrustProxy(TRUST_PROXY) &&
      'TRUST_PROXY must be true, false, a number of proxies, or addresses and networks like 10.0.0.0/8, separated by commas',
    !listOf(CORS_ORIGINS).every(isOrigin) &&
      'CORS_ORIGINS must be * or origins like https://www.example.com, without a path, separated by commas',
    DATABASE_URL &&
      !isReadable(DATABASE_URL) &&
      'DATABASE_URL cannot be read: special characters in it must be %-encoded',
    ...(DATABASE_URL && isReadable(DATABASE_URL) ? databaseUrlFaults(DATABASE_URL) : []),
    ADMIN_API_KEY.startsWith(VISITOR_PREFIX) &&
      `ADMIN_API_KEY must not begin with ${VISITOR_PREFIX}, as tokens of visitors do`,
    OIDC_ISSUER && !OIDC_AUDIENCE && 'OIDC_AUDIENCE is needed with OIDC_ISSUER',
    OIDC_CLIENT_ID && !OIDC_ISSUER && 'OIDC_CLIENT_ID needs OIDC_ISSUER',
    OIDC_CLIENT_SECRET && !OIDC_CLIENT_ID && 'OIDC_CLIENT_SECRET needs OIDC_CLIENT_ID',
    OPENAI_MODEL && !OPENAI_API_KEY && !OPENAI_BASE_URL && 'OPENAI_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL',
  ].filter((fault): fault is string => typeof fault === 'string' && fault !== '');
}

function isTrustProxy(value: string): boolean {
  try {
    trustedProxies(trustProxyOf(value));
    return true;
  } catch {
    return false;
  }
}

/** As browsers send it: applications have schemes of their own. */
const isOrigin = (value: string): boolean =>
  value === '*' ||
  (URL.canParse(value) && /^https?:/.test(value)
    ? new URL(value).origin === value
    : /^[a-z][\w+.-]*:\/\/[^/\s]+$/.test(value));

function isReadable(url: string): boolean {
  try {
    decodeURIComponent(new URL(url).href);
    return true;
  } catch {
    return false;
  }
}
