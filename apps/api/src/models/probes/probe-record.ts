import type { Finding } from '@app/contracts';
import type { DatedFinding, OpenAiService, ServiceProbe, StoredMatrix } from '@app/database';
import type { ProbeResult, ProviderModelList } from '@app/openai';

export type ProbeRecord = Omit<ServiceProbe, 'service'>;

export const endpointOf = ({ endpoint }: OpenAiService): string => endpoint ?? '';

type Lines<Name extends string> = Partial<Record<Name, DatedFinding>>;

/**
 * What is known after a probe. A line that it could not settle keeps what was known before, with its time: a service that is busy or broken
 * for the moment has not lost what it could do.
 */
export function recordOf(
  service: OpenAiService,
  result: ProbeResult,
  before: ProbeRecord | null,
  now: Date,
): ProbeRecord {
  const { dialect, matrix, probedModel } = result;
  const isSame = before !== null && (dialect === null || (dialect === before.dialect && probedModel === before.model));
  const known: StoredMatrix | null = isSame ? before.matrix : null;
  return {
    serviceId: service.id,
    endpoint: endpointOf(service),
    dialect: dialect ?? before?.dialect ?? null,
    model: dialect === null ? (before?.model ?? null) : probedModel,
    probedAt: now,
    matrix: {
      endpoints: merge(before?.matrix.endpoints, matrix.endpoints, now),
      capabilities: merge(known?.capabilities, matrix.capabilities, now),
      firstTokenMs: matrix.firstTokenMs ?? known?.firstTokenMs ?? null,
      contextTokens: matrix.contextTokens ?? known?.contextTokens ?? null,
    },
    ...listOf(result.list, now, before),
  };
}

export const listOf = (
  list: ProviderModelList | null,
  now: Date,
  before: ProbeRecord | null = null,
): Pick<ProbeRecord, 'models' | 'isListComplete' | 'listedAt'> =>
  list === null
    ? {
        models: before?.models ?? null,
        isListComplete: before?.isListComplete ?? false,
        listedAt: before?.listedAt ?? null,
      }
    : { models: list.models, isListComplete: list.isComplete, listedAt: now };

function merge<Name extends string>(
  before: Lines<Name> | undefined,
  found: Record<Name, Finding>,
  now: Date,
): Record<Name, DatedFinding> {
  const foundAt = now.toISOString();
  const lines = Object.entries<Finding>(found).map(([name, finding]) => {
    const known = before?.[name as Name];
    return [name, known && isKept(known, finding) ? known : { ...finding, foundAt }];
  });
  return Object.fromEntries(lines) as Record<Name, DatedFinding>;
}

/** A refusal counts when the service says so itself; an error of its own may be over tomorrow. */
function isKept(known: Finding, found: Finding): boolean {
  if (found.support === 'unknown') return known.support !== 'unknown';
  const isRefusal = found.code === null || found.code === 'PROVIDER_REQUEST_REJECTED';
  return found.support === 'no' && !isRefusal && known.support === 'yes';
}
