import type { TurnUsage } from '@app/contracts';
import { inputTokensOf } from '../dialects/conversation.js';
import type { ProviderRequest } from '../provider.types.js';
import { countTokens } from './tokens.js';

/** Our own count of what was sent and heard, for services that give none. */
export const estimateUsage = (request: ProviderRequest, answer: string): TurnUsage => ({
  inputTokens: inputTokensOf(request),
  cachedTokens: 0,
  outputTokens: countTokens(answer, request.model),
  reasoningTokens: 0,
  isEstimated: true,
});
