import { nativeDialectOf } from '../dialects/dialects.js';
import { errorFromAnswer, errorFromTransport, ProviderError } from '../errors/provider-error.js';
import type { ProviderConnection, ProviderModel } from '../provider.types.js';

type BareConnection = Pick<ProviderConnection, 'baseUrl' | 'apiKey' | 'isAzure'>;

const MOST_MODELS = 1000;
const LONGEST_ID = 200;

/** What `GET /models` lists, newest first. The package is loaded by the first call: nothing else needs it. */
export async function fetchModels(
  connection: BareConnection,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ProviderModel[]> {
  const { default: OpenAI, APIConnectionTimeoutError, APIError, APIUserAbortError } = await import('openai');
  const { baseUrl, apiKey } = connection;
  try {
    // Organisation, project and log level would otherwise come from the server's environment and go to a foreign service.
    const client = new OpenAI({
      baseURL: baseUrl,
      apiKey: apiKey ?? 'none',
      organization: null,
      project: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout: timeoutMs,
      fetchOptions: { redirect: 'manual' },
      defaultHeaders: headersOf(connection),
    });
    return modelsIn(await client.get<unknown>('/models', { signal }));
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
    throw errorFromAnswer(error.status, body, Object.fromEntries(error.headers ?? []), apiKey);
  }
}

/** As the native dialect of the service wants them. */
function headersOf(connection: BareConnection): Record<string, string | null> {
  const { baseUrl, apiKey, isAzure } = connection;
  const native = nativeDialectOf(baseUrl);
  if (native?.headers) return { authorization: null, ...native.headers(connection) };
  if (isAzure) return { authorization: null, 'api-key': apiKey };
  return apiKey === null ? { authorization: null } : {};
}

interface ListedModel {
  id?: unknown;
  name?: unknown;
  created?: unknown;
  created_at?: unknown;
  shutdown_date?: unknown;
}

/** The list as services give it: within `data` or `models`, or bare, of objects or of names. */
function modelsIn(answer: unknown): ProviderModel[] {
  const within = answer as { data?: unknown; models?: unknown } | null;
  const list = [answer, within?.data, within?.models].find((value) => Array.isArray(value));
  if (!list) throw new ProviderError('PROVIDER_MALFORMED', { detail: 'The list of models cannot be read.' });
  return (list as (ListedModel | string | null)[])
    .map((entry) => (typeof entry === 'string' ? { id: entry } : (entry ?? {})))
    .map(({ id, name, ...more }: ListedModel) => ({ ...more, id: id ?? name }))
    .filter((model): model is ListedModel & { id: string } => typeof model.id === 'string' && model.id !== '')
    .filter(({ id }) => id.length <= LONGEST_ID)
    .toSorted((a, b) => createdOf(b) - createdOf(a))
    .slice(0, MOST_MODELS)
    .map(({ id, shutdown_date: date }) => ({ id, shutdownDate: dateOf(date) }));
}

function createdOf({ created, created_at: date }: ListedModel): number {
  if (typeof created === 'number') return created;
  return typeof date === 'string' ? Date.parse(date) / 1000 || 0 : 0;
}

const dateOf = (value: unknown): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
