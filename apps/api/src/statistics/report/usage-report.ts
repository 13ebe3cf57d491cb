import type { GetUsageReportResponseItemDto, ReportGroup } from './usage-report.dto.js';
import type { OutcomeRow } from './usage-report.repository.js';

export type NameOf = (id: string) => string;

/** Ways in which a call ends that are no failure. Rows from before outcomes were stored have none. */
const OK = 'ok';
const ABORTED = 'aborted';

/** Puts together the calls of each group, however they ended. */
export function groupsOf(
  rows: readonly OutcomeRow[],
  groups: readonly ReportGroup[],
  nameOf: NameOf,
): GetUsageReportResponseItemDto[] {
  const byKey = new Map<string, OutcomeRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(groups.map((group) => row[group] ?? ''));
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  return [...byKey.values()].map((ended) => itemOf(ended, groups, nameOf));
}

function itemOf(
  ended: readonly OutcomeRow[],
  groups: readonly ReportGroup[],
  nameOf: NameOf,
): GetUsageReportResponseItemDto {
  const [first] = ended;
  const of = (group: ReportGroup): string | null => (groups.includes(group) ? String(first![group] ?? '') : null);
  const [hour, botId, serviceId, kind] = [of('hour'), of('bot'), of('service'), of('kind')];
  const failed = ended.filter(({ outcome }) => outcome !== null && outcome !== OK && outcome !== ABORTED);
  return {
    day: of('day'),
    hour: hour && `${hour.replace(' ', 'T')}:00:00.000Z`,
    botId,
    botDisplayName: botId && nameOf(botId),
    userKey: of('user'),
    model: of('model'),
    serviceId,
    serviceDisplayName: serviceId && nameOf(serviceId),
    channel: of('channel'),
    kind: kind === null ? null : Number(kind),
    requestCount: sum(ended, 'requests'),
    callCount: sum(ended, 'attempts'),
    inputTokens: sum(ended, 'inputTokens'),
    cachedTokens: sum(ended, 'cachedTokens'),
    cacheWriteTokens: sum(ended, 'cacheWriteTokens'),
    outputTokens: sum(ended, 'outputTokens'),
    reasoningTokens: sum(ended, 'reasoningTokens'),
    costNano: sum(ended, 'costNano'),
    unpricedCount: sum(ended, 'unpriced'),
    estimatedCount: sum(ended, 'estimated'),
    meanDurationMs: mean(sum(ended, 'durationSum'), sum(ended, 'durationCount')),
    maxDurationMs: max(ended, 'durationMax'),
    meanFirstTextMs: mean(sum(ended, 'firstTextSum'), sum(ended, 'firstTextCount')),
    maxFirstTextMs: max(ended, 'firstTextMax'),
    abortedCount: sum(
      ended.filter(({ outcome }) => outcome === ABORTED),
      'attempts',
    ),
    failedCount: sum(failed, 'attempts'),
    failures: failed
      .map(({ outcome, attempts }) => ({ code: outcome!, count: Number(attempts) }))
      .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
  };
}

type Measure = Exclude<keyof OutcomeRow, ReportGroup | 'outcome'>;

const sum = (rows: readonly OutcomeRow[], measure: Measure): number =>
  rows.reduce((total, row) => total + Number(row[measure] ?? 0), 0);

const max = (rows: readonly OutcomeRow[], measure: Measure): number | null => {
  const values = rows.map((row) => row[measure]).filter((value) => value !== null);
  return values.length === 0 ? null : Math.max(...values.map(Number));
};

const mean = (total: number, count: number): number | null => (count === 0 ? null : Math.round(total / count));
