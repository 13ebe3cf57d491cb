import { AppError } from '@app/common';

const LONGEST_ENDPOINT = 2048;
/** The public cloud and those of the United States' government and of China; the last ones are the addresses of regions. */
const AZURE_HOST =
  /\.((openai|cognitiveservices|services\.ai)\.azure\.(com|us|cn)|api\.cognitive\.(microsoft\.(com|us)|azure\.(us|cn)))$/;
/** The routes below a base, which are pasted with it. */
const ROUTE = /\/(chat\/completions|responses)$|(?<=\/v\d+)\/(completions|embeddings|messages|models)$/;
const VERSION_TWICE = /(\/v\d+)\1+$/;

/** Azure's older addresses, also behind a gateway: the deployments of a resource, one of them, and what is below it. */
const DEPLOYMENT = /^(.*\/openai\/deployments)(?:\/([^/]+)(?:\/.*)?)?$/;
const API_VERSION = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

export interface Endpoint {
  /** Without a trailing slash; the routes of the protocol come right below. Azure's older addresses keep their version as a query. */
  baseUrl: string;
  isAzure: boolean;
  /** The deployment, which is the model, that an older address of Azure names. */
  deployment: string | null;
}

/**
 * The base URL of an OpenAI-compatible service from what an administrator typed or pasted: any address of an Azure resource, a base with
 * its version, the address of a route below it, or an origin, to which `/v1` is added.
 */
export function normaliseEndpoint(raw: string): Endpoint {
  const url = urlOf(raw.trim());
  const endpoint = deploymentsOf(url) ?? commonOf(url);
  if (endpoint.baseUrl.length > LONGEST_ENDPOINT) throw invalid(TOO_LONG);
  return endpoint;
}

function urlOf(text: string): URL {
  if (text === '') throw invalid('An address is needed.');
  if (text.length > LONGEST_ENDPOINT) throw invalid(TOO_LONG);
  if (!URL.canParse(text)) throw invalid('This is not an address like https://api.openai.com/v1.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid('The address must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw invalid('The address must not contain a user name or password.');
  if (text.includes('#')) throw invalid('The address must not contain a fragment.');
  return url;
}

/** Null for any other address. The version is the administrator's choice: the interface without one may not be there yet. */
function deploymentsOf(url: URL): Endpoint | null {
  const [, path, deployment] = DEPLOYMENT.exec(url.pathname.replace(/\/+$/, '')) ?? [];
  const version = url.searchParams.get('api-version');
  if (path === undefined || version === null || !API_VERSION.test(version)) return null;
  if ([...url.searchParams.keys()].some((name) => name !== 'api-version')) throw invalid(NO_QUERY);
  return {
    baseUrl: `${url.origin}${path}?api-version=${version}`,
    isAzure: true,
    deployment: deployment === undefined ? null : decodeURIComponent(deployment),
  };
}

function commonOf(url: URL): Endpoint {
  const isAzure = AZURE_HOST.test(url.hostname);
  // Azure's addresses name the version of the interface there, also where it is of no importance.
  if (url.href.includes('?') && !isAzure) throw invalid(NO_QUERY);
  return { baseUrl: url.origin + pathOf(url.pathname.replace(/\/+$/, ''), isAzure), isAzure, deployment: null };
}

/** Azure's deployments are the models of its common interface. */
function pathOf(path: string, isAzure: boolean): string {
  if (isAzure) return '/openai/v1';
  const base = path.replace(ROUTE, '').replace(VERSION_TWICE, '$1');
  return base === '' ? '/v1' : base;
}

const TOO_LONG = `The address is longer than ${LONGEST_ENDPOINT} characters.`;
const NO_QUERY = 'The address must not contain a query. Further parameters have a place of their own.';

const invalid = (message: string): AppError =>
  new AppError('VALIDATION_FAILED', { detail: message, errors: [{ path: 'endpoint', message }] });
