import type { TurnUsage } from '@app/contracts';

/** Token counts as columns of `turns` and `usage_ledger`. */
export const tokenColumns = (usage: TurnUsage) => ({
  input_tokens: usage.inputTokens,
  cached_tokens: usage.cachedTokens,
  output_tokens: usage.outputTokens,
  reasoning_tokens: usage.reasoningTokens,
});
