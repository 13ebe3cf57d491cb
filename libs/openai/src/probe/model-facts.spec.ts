import { factsOf } from './model-facts.js';

describe('what services tell of their models', () => {
  it.each<[string, Record<string, unknown>, string | null]>([
    ['OpenAI', { shutdown_date: '2026-12-11' }, '2026-12-11'],
    ['OpenRouter', { expiration_date: '2026-12-11' }, '2026-12-11'],
    ['OpenRouter without an end', { expiration_date: null }, null],
    ['Mistral', { deprecation: '2026-08-31T12:00:00Z' }, '2026-08-31'],
    // https://learn.microsoft.com/rest/api/azureopenai/models/list
    ['Azure', { deprecation: { fine_tune: 1_677_662_127, inference: 1_709_284_527 } }, '2024-03-01'],
    ['seconds as text', { shutdown_date: '1796947200' }, '2026-12-11'],
    ['milliseconds', { shutdown_date: 1_796_947_200_000 }, '2026-12-11'],
    ['a word', { shutdown_date: 'soon' }, null],
    ['a flag', { deprecation: true }, null],
    ['nonsense', { shutdown_date: 9e15, deprecation: { inference: Number.NaN } }, null],
    ['a year that is none', { shutdown_date: '+012345-01-01T00:00:00Z' }, null],
    ['the first that can be read', { shutdown_date: 'soon', expiration_date: '2027-01-01' }, '2027-01-01'],
  ])('is the day it ends: %s', (_name, entry, expected) => {
    expect(factsOf(entry).shutdownDate).toBe(expected);
  });

  it.each<[string, Record<string, unknown>, number | null]>([
    ['vLLM', { max_model_len: 32_768 }, 32_768],
    ['OpenRouter', { context_length: 200_000, top_provider: { context_length: 131_072 } }, 131_072],
    ['llama.cpp', { meta: { n_vocab: 151_936, n_ctx_train: 32_768 } }, 32_768],
    ['llama.cpp, as it was started', { meta: { n_ctx: 4096, n_ctx_train: 32_768 } }, 4096],
    ['LM Studio', { max_context_length: 131_072, loaded_context_length: 4096 }, 4096],
    ['Mistral', { max_context_length: 262_144 }, 262_144],
    ['Groq', { context_window: 131_072 }, 131_072],
    ['Anthropic', { max_input_tokens: 200_000, max_tokens: 64_000 }, 200_000],
    ['nonsense', { context_length: -1, max_model_len: '32k', context_window: 1e12, meta: null }, null],
  ])('is the length of a conversation: %s', (_name, entry, expected) => {
    expect(factsOf(entry).contextTokens).toBe(expected);
  });

  it('is the model that comes after', () => {
    expect(factsOf({ deprecation_replacement_model: 'mistral-medium-3-5' }).replacedBy).toBe('mistral-medium-3-5');
    expect(factsOf({ deprecation_replacement_model: { id: 1 } }).replacedBy).toBeNull();
  });
});
