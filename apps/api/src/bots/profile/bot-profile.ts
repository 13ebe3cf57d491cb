import type { TermValue } from '@app/common';
import type { BotParameters } from '@app/database';
import type { Fallback } from './bot-fallbacks.repository.js';
import type { TakeoverPolicy } from './takeover-policy.js';

/** Everything about a bot that answering needs. Shared through the cache: never changed by those who get it. */
export interface BotProfile {
  readonly id: string;
  readonly code: string;
  readonly displayName: TermValue;
  readonly displayMessage: TermValue;
  readonly description: TermValue;
  readonly sampleQuestion1: TermValue;
  readonly sampleQuestion2: TermValue;
  readonly isActive: boolean;
  readonly isDeleted: boolean;
  readonly isPublic: boolean;
  readonly isOpenBot: boolean;
  readonly isStartBot: boolean;
  readonly isUserSystemMessageSupported: boolean;
  readonly implementationType: string;
  readonly baseSystemMessage: string;
  /** The active ones, in the order they were made. */
  readonly facts: readonly string[];
  readonly openAiServiceId: string | null;
  readonly modelName: string | null;
  /** The services that answer when its own cannot, in order. */
  readonly fallbacks: readonly Fallback[];
  readonly parameters: BotParameters;
  readonly takeover: TakeoverPolicy;
}
