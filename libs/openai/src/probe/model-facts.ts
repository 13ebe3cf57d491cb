import type { ProviderModel } from '../provider.types.js';

/** A model as a service lists it. */
export type Entry = Record<string, unknown>;

type Path = readonly string[];

/**
 * Where services tell how long a conversation may be: what a server was started with comes before what the model could take.
 * LM Studio, llama.cpp, vLLM, OpenRouter, Groq, Mistral, Anthropic; https://openrouter.ai/docs/api-reference/models,
 * https://lmstudio.ai/docs/developer/rest/endpoints, https://docs.mistral.ai/api, https://console.groq.com/docs/models.
 */
const CONTEXT: readonly Path[] = [
  ['loaded_context_length'],
  ['meta', 'n_ctx'],
  ['max_model_len'],
  ['top_provider', 'context_length'],
  ['context_length'],
  ['context_window'],
  ['max_context_length'],
  ['max_input_tokens'],
  ['meta', 'n_ctx_train'],
];

/** Where services tell when a model ends: OpenAI, OpenRouter, Azure (seconds since 1970), Mistral. */
const SHUTDOWN: readonly Path[] = [
  ['shutdown_date'],
  ['expiration_date'],
  ['deprecation', 'inference'],
  ['deprecation'],
  ['deprecation_date'],
];

const REPLACEMENT: readonly Path[] = [['deprecation_replacement_model']];

const LONGEST_CONTEXT = 1_000_000_000;
const LONGEST_NAME = 200;
/** Seconds since 1970 are smaller, milliseconds greater. */
const FIRST_MILLISECONDS = 100_000_000_000;
const YEARS = { from: '2000', to: '2100' };

export const factsOf = (entry: Entry): Omit<ProviderModel, 'id'> => ({
  shutdownDate: firstOf(entry, SHUTDOWN, dateOf),
  replacedBy: firstOf(entry, REPLACEMENT, nameOf),
  contextTokens: firstOf(entry, CONTEXT, countOf),
});

function firstOf<T>(entry: Entry, paths: readonly Path[], read: (value: unknown) => T | null): T | null {
  for (const path of paths) {
    const found = read(path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), entry));
    if (found !== null) return found;
  }
  return null;
}

/** The day, of a date, a time, or seconds or milliseconds since 1970. */
function dateOf(value: unknown): string | null {
  const number = typeof value === 'string' && /^\d{9,}$/.test(value) ? Number(value) : value;
  const text = typeof number === 'number' ? number * (number < FIRST_MILLISECONDS ? 1000 : 1) : number;
  const time = typeof text === 'number' || typeof text === 'string' ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) return null;
  const day = time.toISOString().slice(0, 10);
  return day >= YEARS.from && day < YEARS.to ? day : null;
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= LONGEST_CONTEXT ? value : null;

const nameOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : null;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
