import { validateSync } from 'class-validator';
import { IsMoment, momentOf } from './moment.decorator.js';

class Sample {
  @IsMoment()
  at: unknown;
}

const isValid = (at: unknown): boolean => validateSync(Object.assign(new Sample(), { at })).length === 0;

describe('moments', () => {
  it.each([
    ['2027-01-01', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01T12:00:00', '2027-01-01T12:00:00.000Z'],
    ['2027-01-01T12:00:00+02:00', '2027-01-01T10:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('takes %s', (text, moment) => {
    expect(isValid(text)).toBe(true);
    expect(momentOf(text).toISOString()).toBe(moment);
  });

  it.each([
    5,
    null,
    '',
    'soon',
    '2027-02-30',
    '2027-W01',
    '2027-060',
    '0000-01-01',
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-23:59',
    '+275760-09-13T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '2027-01-01T00:00:60Z',
  ])('refuses %p', (text) => expect(isValid(text)).toBe(false));
});
