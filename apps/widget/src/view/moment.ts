import type { Language } from '../settings.js';

const PAUSE_MS = 15 * 60_000;

/** The time of day, with the date unless it is today's; empty while it is not known. */
export function wordsOfMoment(at: string, language: Language): string {
  if (at === '') return '';
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  const day = isToday ? {} : ({ day: 'numeric', month: 'short' } as const);
  return moment.toLocaleString(locale, { ...day, hour: 'numeric', minute: '2-digit' });
}

/** Whether so much time has passed that the next is worth being told. */
export const isLongAfter = (later: string, earlier: string): boolean =>
  Date.parse(later) - Date.parse(earlier) > PAUSE_MS;
