import type { OwnershipTransition } from '@app/contracts';
import { handoffFigures, type KnownChat, type Passage } from './handoff-figures.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 9, minute));
const passages = (...steps: [OwnershipTransition, number][]): Passage[] =>
  steps.map(([transition, minute]) => ({ chatId: 'a', transition, at: at(minute) }));
const chatWith = (...minutes: number[]): Map<string, KnownChat> =>
  new Map([['a', { botId: 'b', agentMessages: minutes.map(at) }]]);
const NOTHING = { asked: 0, waiting: 0, answered: 0, returned: 0, abandoned: 0, takenOver: 0, firstAnswers: [] };
const MINUTE_MS = 60_000;

describe('handoffFigures', () => {
  it.each<[string, [OwnershipTransition, number][], number[], object]>([
    ['a request that waits', [['request', 1]], [], { asked: 1, waiting: 1 }],
    [
      'one that a person answers',
      [
        ['request', 1],
        ['claim', 2],
      ],
      [4, 5],
      { asked: 1, answered: 1, firstAnswers: [3 * MINUTE_MS] },
    ],
    [
      'one that is claimed, and then waits',
      [
        ['request', 1],
        ['claim', 2],
        ['requeue', 3],
      ],
      [],
      { asked: 1, waiting: 1 },
    ],
    [
      'one that the second agent answers',
      [
        ['request', 1],
        ['claim', 2],
        ['requeue', 3],
        ['claim', 4],
      ],
      [9],
      { asked: 1, answered: 1, firstAnswers: [8 * MINUTE_MS] },
    ],
    [
      'one that goes back to the bot',
      [
        ['request', 1],
        ['release', 2],
      ],
      [],
      { asked: 1, returned: 1 },
    ],
    [
      'one that goes back after an answer',
      [
        ['request', 1],
        ['claim', 2],
        ['release', 9],
      ],
      [3],
      { asked: 1, answered: 1, firstAnswers: [2 * MINUTE_MS] },
    ],
    [
      'one that the customer gives up',
      [
        ['request', 1],
        ['end', 2],
      ],
      [],
      { asked: 1, abandoned: 1 },
    ],
    [
      'an answer to an earlier one',
      [
        ['request', 1],
        ['claim', 2],
        ['release', 4],
        ['request', 5],
      ],
      [3],
      { asked: 2, answered: 1, waiting: 1, firstAnswers: [2 * MINUTE_MS] },
    ],
    [
      'a chat that was taken over unasked',
      [
        ['claim', 1],
        ['release', 2],
      ],
      [1],
      { takenOver: 1 },
    ],
    [
      'one from before',
      [
        ['claim', 1],
        ['end', 2],
      ],
      [],
      { takenOver: 1 },
    ],
  ])('counts %s', (_, steps, messages, expected) =>
    expect(handoffFigures(passages(...steps), chatWith(...messages), at(59))).toEqual({ ...NOTHING, ...expected }),
  );

  it('counts what was claimed of a chat that is gone', () =>
    expect(handoffFigures(passages(['request', 1], ['claim', 2], ['end', 3]), new Map(), at(59))).toEqual({
      ...NOTHING,
      asked: 1,
      answered: 1,
    }));

  it('counts an answer after the period as none', () =>
    expect(handoffFigures(passages(['request', 1], ['claim', 2]), chatWith(30), at(20))).toMatchObject({ waiting: 1 }));
});
