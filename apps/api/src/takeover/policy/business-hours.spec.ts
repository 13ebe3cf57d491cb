import { isOpen, isTimeZone } from './business-hours.js';

const office = { timeZone: 'Europe/Berlin', days: { monday: { from: '09:00', to: '17:00' } } };
const night = { timeZone: 'UTC', days: { friday: { from: '22:00', to: '06:00' } } };

describe('isOpen', () => {
  it.each([
    ['before they come', '2026-01-05T07:59:00Z', false],
    ['when they come', '2026-01-05T08:00:00Z', true],
    ['before they leave', '2026-01-05T15:59:00Z', true],
    ['when they leave', '2026-01-05T16:00:00Z', false],
    ['on another day', '2026-01-06T10:00:00Z', false],
    ['when the clocks are on summer time', '2026-07-06T07:00:00Z', true],
  ])('knows the hours of an office %s', (_, at, expected) => {
    expect(isOpen(office, new Date(at))).toBe(expected);
  });

  it.each([
    ['before midnight', '2026-01-02T23:00:00Z', true],
    ['after midnight', '2026-01-03T05:59:00Z', true],
    ['in the morning', '2026-01-03T06:00:00Z', false],
    ['on the evening after', '2026-01-03T23:00:00Z', false],
  ])('follows a night shift %s', (_, at, expected) => {
    expect(isOpen(night, new Date(at))).toBe(expected);
  });

  const inBerlin = (day: 'saturday' | 'sunday', from: string, to: string) => ({
    timeZone: 'Europe/Berlin',
    days: { [day]: { from, to } },
  });

  it.each([
    ['in the hour that is left out', inBerlin('sunday', '02:30', '03:30'), '2026-03-29T00:59:59Z', false],
    ['after it', inBerlin('sunday', '02:30', '03:30'), '2026-03-29T01:00:00Z', true],
    ['at the end of a shortened time', inBerlin('sunday', '02:30', '03:30'), '2026-03-29T01:30:00Z', false],
    ['in a night that is shorter', inBerlin('saturday', '22:00', '02:30'), '2026-03-29T00:59:59Z', true],
    ['at the end of a night that is shorter', inBerlin('saturday', '22:00', '02:30'), '2026-03-29T01:00:00Z', false],
    ['in the hour that comes twice', inBerlin('sunday', '02:00', '02:30'), '2026-10-25T00:15:00Z', true],
    ['between the two', inBerlin('sunday', '02:00', '02:30'), '2026-10-25T00:45:00Z', false],
    ['in its second coming', inBerlin('sunday', '02:00', '02:30'), '2026-10-25T01:15:00Z', true],
    ['around the clock', inBerlin('sunday', '00:00', '00:00'), '2026-10-25T22:59:59Z', true],
    ['after that', inBerlin('sunday', '00:00', '00:00'), '2026-10-25T23:00:00Z', false],
  ])('goes by the clock on the wall when it is put forward or back: %s', (_, hours, at, expected) => {
    expect(isOpen(hours, new Date(at))).toBe(expected);
  });

  it('is always open without hours', () => {
    expect(isOpen(null, new Date())).toBe(true);
  });
});

describe('isTimeZone', () => {
  it.each(['Europe/Berlin', 'UTC'])('knows %s', (name) => expect(isTimeZone(name)).toBe(true));
  it.each(['Mars/Olympus', '', 7, null])('does not know %p', (name) => expect(isTimeZone(name)).toBe(false));
});
