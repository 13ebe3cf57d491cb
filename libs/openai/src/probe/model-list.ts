import { type Dispatcher, fetch, type RequestInit } from 'undici';
import { credentialsOf, secretsOf } from '../connection/credentials.js';
import { sharedBase } from '../connection/routes.js';
import { nativeDialectOf } from '../dialects/dialects.js';
import { errorFromAnswer, errorFromTransport, ProviderError } from '../errors/provider-error.js';
import type { BareConnection, ProviderModelList } from '../provider.types.js';
import { factsOf, type Entry } from './model-facts.js';

type Fetch = typeof globalThis.fetch;

const MOST_MODELS = 1000;
const LONGEST_ID = 200;

export interface ListOptions {
  /** Of the connection's Entra application; null without one. */
  token: string | null;
  dispatcher: Dispatcher;
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * What `GET /models` lists, newest first; nothing for Azure's older addresses, which list what could be deployed and not what is. The package
 * is loaded by the first call: nothing else needs it.
 */
export async function fetchModels(connection: BareConnection, options: ListOptions): Promise<ProviderModelList> {
  const base = sharedBase(connection);
  if (base === null) return { models: [], isComplete: false };
  const { default: OpenAI, APIConnectionTimeoutError, APIError, APIUserAbortError } = await import('openai');
  const { token, dispatcher, timeoutMs: timeout, signal } = options;
  const native = nativeDialectOf(connection.baseUrl);
  try {
    // Organisation, project and log level would otherwise come from the server's environment and go to a foreign service.
    const client = new OpenAI({
      baseURL: base.url,
      apiKey: connection.apiKey ?? 'none',
      organization: null,
      project: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout,
      fetch: ((url: string, init: RequestInit) => fetch(url, { ...init, dispatcher })) as unknown as Fetch,
      fetchOptions: { redirect: 'manual' },
      defaultHeaders: { authorization: null, ...credentialsOf(connection, native, token) },
      defaultQuery: base.query,
    });
    // Where the list has pages, the native dialect's does.
    const query = native && { limit: MOST_MODELS };
    return listIn(await client.get<unknown>('/models', { query, signal }));
  } catch (error) {
    if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
      throw new ProviderError('PROVIDER_TIMEOUT', {
        detail: 'The model service did not list its models in time.',
        cause: error,
      });
    }
    if (error instanceof ProviderError) throw error;
    if (!(error instanceof APIError)) {
      throw new ProviderError('PROVIDER_MALFORMED', { detail: 'The list of models cannot be read.' });
    }
    if (typeof error.status !== 'number') throw errorFromTransport(error.cause, false);
    const body = JSON.stringify({ error: error.error });
    throw errorFromAnswer(error.status, body, Object.fromEntries(error.headers ?? []), [
      ...secretsOf(connection),
      ...(token === null ? [] : [token]),
    ]);
  }
}

/** The list as services give it: within `data` or `models`, or bare, of objects or of names. */
function listIn(answer: unknown): ProviderModelList {
  const within = answer as { data?: unknown; models?: unknown; has_more?: unknown } | null;
  const list: unknown[] | undefined = [answer, within?.data, within?.models].find((value) => Array.isArray(value));
  if (!list) throw new ProviderError('PROVIDER_MALFORMED', { detail: 'The list of models cannot be read.' });
  const models = list
    .map((entry) => (typeof entry === 'string' ? { id: entry } : entry))
    .filter((entry): entry is Entry => typeof entry === 'object' && entry !== null)
    .map((entry) => ({ entry, id: entry['id'] ?? entry['name'] }))
    .filter((model): model is { entry: Entry; id: string } => isName(model.id))
    .toSorted((a, b) => createdOf(b.entry) - createdOf(a.entry));
  return {
    models: models.slice(0, MOST_MODELS).map(({ id, entry }) => ({ id, ...factsOf(entry) })),
    isComplete: within?.has_more !== true && models.length <= MOST_MODELS,
  };
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ID;

function createdOf({ created, created_at: date }: Entry): number {
  if (typeof created === 'number') return created;
  return typeof date === 'string' ? Date.parse(date) / 1000 || 0 : 0;
}
