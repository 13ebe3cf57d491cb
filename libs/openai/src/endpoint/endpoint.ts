import { AppError } from '@app/common';

const LONGEST_ENDPOINT = 2048;
const AZURE_HOST = /\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/;

export interface Endpoint {
  /** Without a trailing slash; the routes of the protocol come right below. */
  baseUrl: string;
  isAzure: boolean;
}

/**
 * The base URL of an OpenAI-compatible service from what an administrator typed: an Azure resource endpoint, a base with its
 * version, or an origin, to which `/v1` is added.
 */
export function normaliseEndpoint(raw: string): Endpoint {
  const text = raw.trim();
  if (text === '') throw invalid('An address is needed.');
  if (text.length > LONGEST_ENDPOINT) throw invalid(`The address is longer than ${LONGEST_ENDPOINT} characters.`);
  if (!URL.canParse(text)) throw invalid('This is not an address like https://api.openai.com/v1.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid('The address must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw invalid('The address must not contain a user name or password.');
  if (text.includes('?')) throw invalid('The address must not contain a query.');
  if (text.includes('#')) throw invalid('The address must not contain a fragment.');
  const isAzure = AZURE_HOST.test(url.hostname);
  const path = url.pathname.replace(/\/+$/, '');
  const baseUrl = url.origin + pathOf(path, isAzure);
  if (baseUrl.length > LONGEST_ENDPOINT) throw invalid(`The address is longer than ${LONGEST_ENDPOINT} characters.`);
  return { baseUrl, isAzure };
}

function pathOf(path: string, isAzure: boolean): string {
  if (isAzure && (path === '' || path === '/openai')) return '/openai/v1';
  return path === '' ? '/v1' : path;
}

const invalid = (message: string): AppError =>
  new AppError('VALIDATION_FAILED', { detail: message, errors: [{ path: 'endpoint', message }] });
