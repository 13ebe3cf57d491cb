// Copied from libs/contracts/src: do not edit.

import type { ModelDialect } from './model-dialects.js';

/** What a probe finds out about a model service, line by line. */
export const MODEL_CAPABILITIES = [
  'streaming',
  'streamingUsage',
  'history',
  'tools',
  'forcedTools',
  'parallelTools',
  'jsonSchema',
  'images',
] as const;
export type ModelCapability = (typeof MODEL_CAPABILITIES)[number];

export const SUPPORT = ['yes', 'no', 'unknown'] as const;
export type Support = (typeof SUPPORT)[number];

/** One line of the matrix. */
export interface Finding {
  support: Support;
  /** Why it is not `yes`: what the service said, without secrets. */
  reason: string | null;
  /** The code of the error behind the reason; null where the service answered, but not as it was asked to. */
  code: string | null;
}

/** What one probe found out. Facts that the service does not tell are null. */
export interface CapabilityMatrix {
  /** The dialects in which the service continues a conversation. */
  endpoints: Record<ModelDialect, Finding>;
  capabilities: Record<ModelCapability, Finding>;
  /** Milliseconds from the request to the first text of a streamed answer. */
  firstTokenMs: number | null;
  /** The longest conversation the model takes, in tokens of its own. */
  contextTokens: number | null;
}
