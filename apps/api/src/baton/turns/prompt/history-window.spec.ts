import { windowOf } from './history-window.js';
import type { PastMessage } from './turn-history.repository.js';

const MODEL = 'any';
const INSTRUCTIONS = 'You answer questions about our products.';
const question = (turn: number): string =>
  `Question ${turn}: ${'where is my order and when will it come '.repeat(turn % 3)}`;
const message = (author: PastMessage['author'], text: string, place: number): PastMessage => ({
  author,
  kind: 'message',
  text,
  speaker: '',
  place,
  hasTurn: true,
  kept: null,
  createdAt: new Date(0),
});

/** As the repository reads it: from where the last turn that shortened the history has begun it. */
class Chat {
  private readonly messages: PastMessage[] = [];
  private start = 0;

  ask(turn: number, budget: number): string[] {
    const place = turn * 4;
    const past = this.messages.filter((each) => each.place >= this.start);
    const { kept, startsAt } = windowOf(past, [INSTRUCTIONS, question(turn)], budget, MODEL, place);
    this.start = startsAt ?? this.start;
    const text = question(turn);
    this.messages.push(message('customer', text, place), message('bot', `Answer ${turn}: it is on its way.`, place));
    return [INSTRUCTIONS, ...kept.map((each) => each.text), text];
  }
}

/** How many of the requests begin with the whole of the one before. */
const sharing = (requests: string[][]): number =>
  requests.filter((request, index) => {
    const before = requests[index - 1];
    return before?.every((text, place) => request[place] === text);
  }).length;

describe('the window of the history', () => {
  it('keeps the beginning of the request for most of 60 turns', () => {
    const chat = new Chat();
    const requests = Array.from({ length: 60 }, (_, turn) => chat.ask(turn, 500));
    const longest = Math.max(...requests.map(({ length }) => length));
    expect(longest).toBeLessThan(60);
    // A window that loses its oldest message with every turn shares nothing from the first one on that does not fit.
    const firstCut = requests.findIndex((request, index) => request.length < (requests[index - 1]?.length ?? 0));
    expect(firstCut).toBeLessThan(25);
    expect(sharing(requests)).toBeGreaterThan(50);
    expect(sharing(requests)).toBeLessThan(59);
  });

  it('is cut to two thirds of the room, at a question', () => {
    const words = (count: number): string => 'word '.repeat(count).trim();
    const past = [1, 2, 3, 4].flatMap((turn) => [
      message('customer', words(50), turn),
      message('bot', words(50), turn),
    ]);
    expect(windowOf(past, [], 400, MODEL, 5)).toEqual({ kept: past, startsAt: null });
    // 399 leave no room for the oldest, and two thirds of them have room for five.
    expect(windowOf(past, [], 399, MODEL, 5)).toEqual({ kept: past.slice(4), startsAt: 3 });
    expect(windowOf(past, [words(399)], 399, MODEL, 5)).toEqual({ kept: [], startsAt: 5 });
  });

  it('is cut as well when there are too many short messages', () => {
    const past = Array.from({ length: 101 }, (_, index) => message(index % 2 ? 'bot' : 'customer', 'a', index));
    expect(windowOf(past.slice(1), [], 10_000, MODEL, 200).kept).toHaveLength(100);
    const { kept, startsAt } = windowOf(past, [], 10_000, MODEL, 200);
    expect(kept).toHaveLength(65);
    expect(startsAt).toBe(36);
  });
});
