import { AppError } from '@app/common';

const LONGEST_ENDPOINT = 2048;
/** The public cloud and those of the United States' government and of China; the last ones are the addresses of regions. */
const AZURE_HOST =
  /\.((openai|cognitiveservices|services\.ai)\.azure\.(com|us|cn)|api\.cognitive\.(microsoft\.(com|us)|azure\.(us|cn)))$/;
/** The routes below a base, which are pasted with it. */
const ROUTE = /\/(chat\/completions|responses)$|(?<=\/v\d+)\/(completions|embeddings|messages|models)$/;
const VERSION_TWICE = /(\/v\d+)\1+$/;

export interface Endpoint {
  /** Without a trailing slash; the routes of the protocol come right below. */
  baseUrl: string;
  isAzure: boolean;
}

/**
 * The base URL of an OpenAI-compatible service from what an administrator typed or pasted: any address of an Azure resource, a base with
 * its version, the address of a route below it, or an origin, to which `/v1` is added.
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
  const isAzure = AZURE_HOST.test(url.hostname);
  // Azure's old addresses name the version of the interface there.
  if (text.includes('?') && !isAzure) throw invalid('The address must not contain a query.');
  if (text.includes('#')) throw invalid('The address must not contain a fragment.');
  const path = url.pathname.replace(/\/+$/, '');
  const baseUrl = url.origin + pathOf(path, isAzure);
  if (baseUrl.length > LONGEST_ENDPOINT) throw invalid(`The address is longer than ${LONGEST_ENDPOINT} characters.`);
  return { baseUrl, isAzure };
}

/** Azure's deployments are the models of its common interface, whatever the address names. */
function pathOf(path: string, isAzure: boolean): string {
  if (isAzure) return '/openai/v1';
  const base = path.replace(ROUTE, '').replace(VERSION_TWICE, '$1');
  return base === '' ? '/v1' : base;
}

const invalid = (message: string): AppError =>
  new AppError('VALIDATION_FAILED', { detail: message, errors: [{ path: 'endpoint', message }] });
