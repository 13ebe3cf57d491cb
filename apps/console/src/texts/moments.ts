const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** "2 min", "3 h": how long something has lasted, in as few words as a list has room for. */
export function shortDuration(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [value, unit] =
    whole < MINUTE
      ? [whole, 'second']
      : whole < HOUR
        ? [Math.floor(whole / MINUTE), 'minute']
        : whole < DAY
          ? [Math.floor(whole / HOUR), 'hour']
          : [Math.floor(whole / DAY), 'day'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value);
}

/** "1:05", for what is counted down or up by the second. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, '0')}`;
}

export const timeOfDay = (at: string, locale: string): string =>
  new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });

export const wholeMoment = (at: string, locale: string): string =>
  new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' });

/** The time of today, else the day. */
export function shortMoment(at: string, locale: string): string {
  const moment = new Date(at);
  return isSameDay(at, new Date().toISOString())
    ? timeOfDay(at, locale)
    : moment.toLocaleDateString(locale, { day: 'numeric', month: 'short' });
}

export const dayOf = (at: string, locale: string): string =>
  new Date(at).toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long' });

export const isSameDay = (one: string, other: string): boolean =>
  new Date(one).toDateString() === new Date(other).toDateString();
