import { daysLeft, endOf, levelOf, messageOf } from './model-shutdown.js';

const listed = (shutdownDate: string | null, replacedBy: string | null = null) => ({
  id: 'm',
  shutdownDate,
  replacedBy,
  contextTokens: null,
});

describe('the end of a model', () => {
  it.each([
    [91, null],
    [90, 'days90'],
    [31, 'days90'],
    [30, 'days30'],
    [8, 'days30'],
    [7, 'days7'],
    [1, 'days7'],
    [0, 'ended'],
    [-400, 'ended'],
  ])('is warned of %d days before: %s', (days, level) => {
    expect(levelOf(days)).toBe(level);
  });

  it('is counted in days of UTC', () => {
    expect(daysLeft('2026-12-11', new Date('2026-11-27T23:59:59.999Z'))).toBe(14);
    expect(daysLeft('2026-12-11', new Date('2026-11-28T00:00:00Z'))).toBe(13);
    expect(daysLeft('2026-12-11', new Date('2026-12-11T12:00:00Z'))).toBe(0);
    expect(daysLeft('2026-12-11', new Date('2027-12-11T12:00:00Z'))).toBe(-365);
  });

  it('is what the service says, else what has been announced', () => {
    expect(endOf('gpt-4', listed('2030-01-01', 'x'))).toEqual({
      shutdownDate: '2030-01-01',
      source: 'service',
      replacedBy: 'x',
    });
    const announced = { shutdownDate: '2026-10-23', source: 'announcement', replacedBy: null };
    expect(endOf('gpt-4', listed(null))).toEqual(announced);
    expect(endOf('openai/gpt-4', undefined)).toEqual(announced);
    expect(endOf('my-model', undefined)).toBeNull();
  });

  it('is told in a sentence', () => {
    const end = { shutdownDate: '2026-12-11', source: 'service' as const, replacedBy: 'new' };
    expect(messageOf('m', 'S', { ...end, replacedBy: null }, 1)).toBe(
      'The model m of the service S ends in 1 day, on 2026-12-11: choose another one for its bots.',
    );
    expect(messageOf('m', 'S', end, -3)).toBe(
      'The model m of the service S has ended on 2026-12-11: bots that use it cannot answer. The service recommends new instead.',
    );
  });
});
