import type { DefaultPrice } from './price-book.js';

/** Dollars for a million tokens, as the public lists write them; what a list does not name costs as much as plain input. */
type Listed = [models: string[], input: number, cached: number | null, cacheWrite: number | null, output: number];

interface List {
  host: string;
  source: string;
  /** The day whose prices these are. */
  asOf: string;
  prices: Listed[];
}

/**
 * Public price lists for standard processing of prompts of ordinary length, as quoted by publications of that day. Administrators' own
 * prices come before them. A model whose price depends on the length of the prompt, such as claude-haiku-5-5, is in none.
 */
export const PRICE_LISTS: readonly List[] = [
  {
    host: 'api.openai.com',
    source: 'https://developers.openai.com/api/docs/pricing',
    asOf: '2026-10-27',
    prices: [
      [['gpt-6.1-sol'], 2, 0.1, null, 10],
      [['gpt-6.1-terra'], 1, 0.05, 1.25, 5],
      [['gpt-6-astra'], 10, 1, null, 50],
      [['gpt-6-sol'], 2, 0.2, 2.5, 10],
      [['gpt-6-luna'], 0.1, 0.01, 0.125, 0.5],
      [['gpt-5.6-sol'], 5, 0.5, null, 30],
      [['gpt-5.6-terra'], 2, 0.2, null, 12],
      [['gpt-5.6-luna'], 0.2, 0.02, null, 1.2],
      [['gpt-5.5'], 5, 0.5, null, 30],
      [['gpt-5.5-pro', 'gpt-5.4-pro'], 30, null, null, 180],
      [['gpt-5.4'], 2.5, 0.25, null, 15],
      [['gpt-5.4-mini', 'gpt-5.4-mini-2026-03-17'], 0.75, 0.075, null, 4.5],
      [['gpt-5.4-nano'], 0.2, 0.02, null, 1.25],
    ],
  },
  {
    host: 'api.openai.com',
    source: 'https://developers.openai.com/api/docs/pricing',
    asOf: '2025-12-01',
    prices: [
      [['gpt-5.1', 'gpt-5.1-chat-latest', 'gpt-5.1-codex', 'gpt-5.1-codex-max'], 1.25, 0.125, null, 10],
      [['gpt-5.1-codex-mini'], 0.25, 0.025, null, 2],
      [['gpt-5', 'gpt-5-2025-08-07', 'gpt-5-chat-latest', 'gpt-5-codex'], 1.25, 0.125, null, 10],
      [['gpt-5-mini', 'gpt-5-mini-2025-08-07'], 0.25, 0.025, null, 2],
      [['gpt-5-nano', 'gpt-5-nano-2025-08-07'], 0.05, 0.005, null, 0.4],
      [['gpt-5-pro', 'gpt-5-pro-2025-10-06'], 15, null, null, 120],
      [['gpt-4.1', 'gpt-4.1-2025-04-14'], 2, 0.5, null, 8],
      [['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], 0.4, 0.1, null, 1.6],
      [['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], 0.1, 0.025, null, 0.4],
      [['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], 2.5, 1.25, null, 10],
      [['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'], 0.15, 0.075, null, 0.6],
      [['gpt-4o-2024-05-13'], 5, null, null, 15],
      [['o1', 'o1-2024-12-17'], 15, 7.5, null, 60],
      [['o1-pro', 'o1-pro-2025-03-19'], 150, null, null, 600],
      [['o3', 'o3-2025-04-16'], 2, 0.5, null, 8],
      [['o3-pro', 'o3-pro-2025-06-10'], 20, null, null, 80],
      [['o3-mini', 'o3-mini-2025-01-31'], 1.1, 0.55, null, 4.4],
      [['o4-mini', 'o4-mini-2025-04-16'], 1.1, 0.275, null, 4.4],
      [['gpt-4-turbo', 'gpt-4-turbo-2024-04-09', 'gpt-4-1106-preview'], 10, null, null, 30],
      [['gpt-4', 'gpt-4-0613'], 30, null, null, 60],
      [['gpt-3.5-turbo', 'gpt-3.5-turbo-0125'], 0.5, null, null, 1.5],
    ],
  },
  {
    host: 'api.anthropic.com',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    asOf: '2026-10-24',
    prices: [
      [['claude-fable-5-1'], 10, 0.25, 12.5, 50],
      [['claude-fable-5'], 10, 1, 12.5, 50],
      [['claude-opus-5-5'], 4, 0.2, 5, 20],
      [['claude-opus-5', 'claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6'], 5, 0.5, 6.25, 25],
      [['claude-opus-4-5', 'claude-opus-4-5-20251101'], 5, 0.5, 6.25, 25],
      [['claude-opus-4-1-20250805', 'claude-opus-4-20250514', 'claude-3-opus-20240229'], 15, 1.5, 18.75, 75],
      [['claude-sonnet-5-5'], 2, 0.1, 2.5, 10],
      [['claude-sonnet-5'], 2, 0.2, 2.5, 10],
      [['claude-sonnet-4-6', 'claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'], 3, 0.3, 3.75, 15],
      [['claude-sonnet-4-20250514', 'claude-3-7-sonnet-20250219'], 3, 0.3, 3.75, 15],
      [['claude-3-5-sonnet-20240620', 'claude-3-5-sonnet-20241022'], 3, 0.3, 3.75, 15],
      [['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], 1, 0.1, 1.25, 5],
      [['claude-3-5-haiku-20241022'], 0.8, 0.08, 1, 4],
    ],
  },
];

const ALWAYS = new Date(0);
const nano = (dollars: number): number => Math.round(dollars * 1e9);

export const DEFAULT_PRICES: readonly (DefaultPrice & { source: string; asOf: string })[] = PRICE_LISTS.flatMap(
  ({ host, source, asOf, prices }) =>
    prices.flatMap(([models, input, cached, cacheWrite, output]) =>
      models.map((model) => ({
        host,
        model,
        validFrom: ALWAYS,
        validUntil: null,
        inputNano: nano(input),
        cachedNano: nano(cached ?? input),
        cacheWriteNano: nano(cacheWrite ?? input),
        outputNano: nano(output),
        source,
        asOf,
      })),
    ),
);
