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

  it('is always open without hours', () => {
    expect(isOpen(null, new Date())).toBe(true);
  });
});

describe('isTimeZone', () => {
  it.each(['Europe/Berlin', 'UTC'])('knows %s', (name) => expect(isTimeZone(name)).toBe(true));
  it.each(['Mars/Olympus', '', 7, null])('does not know %p', (name) => expect(isTimeZone(name)).toBe(false));
});
