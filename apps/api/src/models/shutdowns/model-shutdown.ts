import type { StoredModel } from '@app/database';
import { MODEL_SHUTDOWNS } from '@app/openai';

export const SHUTDOWN_LEVELS = ['days90', 'days30', 'days7', 'ended'] as const;
export type ShutdownLevel = (typeof SHUTDOWN_LEVELS)[number];

const DAY_MS = 86_400_000;
/** The narrowest first. */
const LEVELS: readonly { level: ShutdownLevel; daysLeft: number }[] = [
  { level: 'ended', daysLeft: 0 },
  { level: 'days7', daysLeft: 7 },
  { level: 'days30', daysLeft: 30 },
  { level: 'days90', daysLeft: 90 },
];

export interface ModelEnd {
  /** `YYYY-MM-DD`, from which the model answers no more. */
  shutdownDate: string;
  /** Who says so: the service's own list, or the announcements that we have gathered. */
  source: 'service' | 'announcement';
  replacedBy: string | null;
}

const ANNOUNCED = new Map(
  MODEL_SHUTDOWNS.flatMap(({ models, shutdownOn }) => models.map((model) => [model, shutdownOn] as const)),
);
/** Gateways put the maker before the model: `openai/gpt-…`. */
const MAKER = /^(openai|anthropic)\//;

/** When a model ends, as its service or its maker says; null when neither does. */
export function endOf(model: string, listed: StoredModel | undefined): ModelEnd | null {
  const replacedBy = listed?.replacedBy ?? null;
  if (listed?.shutdownDate) return { shutdownDate: listed.shutdownDate, source: 'service', replacedBy };
  const announced = ANNOUNCED.get(model.replace(MAKER, ''));
  return announced === undefined ? null : { shutdownDate: announced, source: 'announcement', replacedBy };
}

/** Whole days, by UTC; 0 on the day itself, negative after it. */
export const daysLeft = (shutdownDate: string, now: Date): number =>
  Math.round((Date.parse(shutdownDate) - Date.parse(now.toISOString().slice(0, 10))) / DAY_MS);

/** Null as long as the end is far. */
export const levelOf = (days: number): ShutdownLevel | null =>
  LEVELS.find((level) => days <= level.daysLeft)?.level ?? null;

export function messageOf(
  model: string,
  service: string,
  { shutdownDate, replacedBy }: ModelEnd,
  days: number,
): string {
  const advice = replacedBy === null ? '' : ` The service recommends ${replacedBy} instead.`;
  const named = `The model ${model} of the service ${service}`;
  if (days <= 0) return `${named} has ended on ${shutdownDate}: bots that use it cannot answer.${advice}`;
  return `${named} ends in ${days === 1 ? '1 day' : `${days} days`}, on ${shutdownDate}: choose another one for its bots.${advice}`;
}
