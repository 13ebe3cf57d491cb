import type { TurnUsage } from '@app/contracts';
import type { ProviderRequest } from '../provider.types.js';
import { countTokens } from './tokens.js';

/** Our own count of what was sent and heard, for services that give none. */
export const estimateUsage = ({ instructions, items, model }: ProviderRequest, answer: string): TurnUsage => ({
  inputTokens: items.reduce(
    (sum, item) => sum + (item.type === 'message' ? countTokens(item.text, model) : 0),
    countTokens(instructions, model),
  ),
  cachedTokens: 0,
  outputTokens: countTokens(answer, model),
  reasoningTokens: 0,
  isEstimated: true,
});
