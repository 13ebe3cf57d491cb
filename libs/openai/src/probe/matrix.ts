import {
  MODEL_CAPABILITIES,
  MODEL_DIALECTS,
  type CapabilityMatrix,
  type Finding,
  type ModelCapability,
} from '@app/contracts';
import type { ProviderCapabilities } from '../provider.types.js';
import { unknown } from './findings.js';

const NOT_REACHED = unknown('The probe did not come this far.');

/** Before anything is known. */
export const emptyMatrix = (): CapabilityMatrix => ({
  endpoints: forEach(MODEL_DIALECTS),
  capabilities: forEach(MODEL_CAPABILITIES),
  firstTokenMs: null,
  contextTokens: null,
});

const forEach = <Name extends string>(names: readonly Name[]): Record<Name, Finding> =>
  Object.fromEntries(names.map((name) => [name, NOT_REACHED])) as Record<Name, Finding>;

type Flag = Extract<ModelCapability, keyof ProviderCapabilities>;
const FLAGS: readonly Flag[] = ['streaming', 'streamingUsage', 'tools', 'jsonSchema', 'images'];

/** What requests make of the lines: what is not refused is asked for. */
export const flagsOf = (lines: Partial<Record<ModelCapability, Finding>>): Partial<Record<Flag, boolean>> =>
  Object.fromEntries(FLAGS.flatMap((flag) => (lines[flag] ? [[flag, lines[flag].support !== 'no'] as const] : [])));
