import { errorFromAnswer, errorFromTransport, ProviderError } from '../errors/provider-error.js';
import type { ProviderConnection, ProviderModel } from '../provider.types.js';

const MOST_MODELS = 1000;
const LONGEST_ID = 200;

/** What `GET /models` lists, newest first. The package is loaded by the first call: nothing else needs it. */
export async function fetchModels(
  connection: Pick<ProviderConnection, 'baseUrl' | 'apiKey' | 'isAzure'>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ProviderModel[]> {
  const { default: OpenAI, APIConnectionTimeoutError, APIError, APIUserAbortError } = await import('openai');
  const { baseUrl, apiKey, isAzure } = connection;
  try {
    // Organisation, project and log level would otherwise come from our own environment and go to somebody else's service.
    const client = new OpenAI({
      baseURL: baseUrl,
      apiKey: apiKey ?? 'none',
      organization: null,
      project: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout: timeoutMs,
      fetchOptions: { redirect: 'manual' },
      defaultHeaders: isAzure ? { authorization: null, 'api-key': apiKey } : apiKey ? {} : { authorization: null },
    });
    const page = await client.models.list({ signal });
    return page.data
      .filter((model) => typeof model.id === 'string' && model.id !== '' && model.id.length <= LONGEST_ID)
      .slice(0, MOST_MODELS)
      .toSorted((a, b) => (b.created ?? 0) - (a.created ?? 0))
      .map((model) => ({ id: model.id, shutdownDate: dateOf(model.shutdown_date) }));
  } catch (error) {
    if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
      throw new ProviderError('PROVIDER_TIMEOUT', {
        detail: 'The model service did not list its models in time.',
        cause: error,
      });
    }
    if (!(error instanceof APIError)) {
      throw new ProviderError('PROVIDER_MALFORMED', { detail: 'The list of models cannot be read.' });
    }
    if (typeof error.status !== 'number') throw errorFromTransport(error.cause, false);
    const body = JSON.stringify({ error: error.error });
    throw errorFromAnswer(error.status, body, error.headers?.get('retry-after') ?? undefined, apiKey);
  }
}

const dateOf = (value: string | null | undefined): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
