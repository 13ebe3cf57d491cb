import { WEEKDAYS, type BusinessHours, type Weekday } from '../../bots/index.js';

/** Whether people are there at that moment, by the clock of their time zone. Without hours they always are. */
export function isOpen(hours: BusinessHours | null, at: Date): boolean {
  if (hours === null) return true;
  const { weekday, time } = localTime(hours.timeZone, at);
  const today = hours.days[weekday];
  if (today !== undefined && isBetween(today, time)) return true;
  // What began yesterday evening may go on past midnight.
  const yesterday = hours.days[WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7]!];
  return yesterday !== undefined && yesterday.to <= yesterday.from && time < yesterday.to;
}

export const isTimeZone = (timeZone: unknown): boolean => {
  if (typeof timeZone !== 'string' || timeZone === '') return false;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
};

const isBetween = ({ from, to }: { from: string; to: string }, time: string): boolean =>
  time >= from && (time < to || to <= from);

function localTime(timeZone: string, at: Date): { weekday: Weekday; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return { weekday: part('weekday').toLowerCase() as Weekday, time: `${part('hour')}:${part('minute')}` };
}
