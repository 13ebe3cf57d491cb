import { AppConfig, parseEnvironment } from '@app/common';
import { ChatLogHub } from '../../log/chat-log.hub.js';
import { CommitWindow } from './commit-window.js';
import { LiveTurn } from './live-turn.js';
import type { NewChunk, TurnChunksRepository } from '../turn-chunks.repository.js';
import type { TurnMetrics } from './turn.metrics.js';
import type { StartedTurn } from '../turn.types.js';

/** A window that never closes by itself within a test, over a database whose commits the test lets through one by one. */
class Scene {
  readonly commits: { chunks: NewChunk[]; finish: () => void }[] = [];
  readonly shown: string[] = [];
  readonly window: CommitWindow;
  private readonly hub = new ChatLogHub();

  constructor() {
    const config = new AppConfig(parseEnvironment({ COMMIT_WINDOW_MS: '1000' }));
    const chunks = {
      appendChunks: (written: NewChunk[]) =>
        new Promise<Set<string>>((resolve) => {
          const finish = () => resolve(new Set(written.map(({ turnId }) => turnId)));
          this.commits.push({ chunks: written, finish });
        }),
    } as unknown as TurnChunksRepository;
    const metrics = { commitWindow: { startTimer: () => () => 0 } } as unknown as TurnMetrics;
    this.window = new CommitWindow(config, chunks, this.hub, metrics);
  }

  turn(id: string, isRead = true): LiveTurn {
    const chatId = `chat-${id}`;
    if (isRead) {
      this.hub.subscribe(chatId, {
        receive: (items) => items.forEach((item) => item.kind === 'delta' && this.shown.push(item.delta.text)),
        wake: () => undefined,
        end: () => undefined,
      });
    }
    return new LiveTurn({ turnId: id, chatId, epoch: 1, outputMessageId: `m-${id}` } as StartedTurn);
  }

  say(turn: LiveTurn, text: string): void {
    turn.append(text);
    this.window.add(turn);
  }
}

/** One turn of the event loop gathers, the next one commits. */
const tick = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('CommitWindow', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => jest.useRealTimers());

  it('commits the first words at once, together with those of the same instant, and shows them after that', async () => {
    const scene = new Scene();
    scene.say(scene.turn('a'), 'one');
    scene.say(scene.turn('b'), 'two');
    await tick();
    expect(scene.commits.map(({ chunks }) => chunks.map(({ text }) => text))).toEqual([['one', 'two']]);
    expect(scene.shown).toEqual([]);
    scene.commits[0]!.finish();
    await tick();
    expect(scene.shown).toEqual(['one', 'two']);
  });

  it('leaves later text, and text without readers, to the window', async () => {
    const scene = new Scene();
    const turn = scene.turn('a');
    scene.say(turn, 'one');
    await tick();
    scene.commits[0]!.finish();
    await tick();
    scene.say(turn, ' two');
    scene.say(scene.turn('b', false), 'unread');
    await tick();
    expect(scene.commits).toHaveLength(1);
    jest.advanceTimersByTime(1000);
    await tick();
    expect(scene.commits[1]?.chunks.map(({ text }) => text)).toEqual([' two', 'unread']);
  });

  it('commits first words that come during a commit right after it', async () => {
    const scene = new Scene();
    scene.say(scene.turn('a'), 'one');
    await tick();
    scene.say(scene.turn('b'), 'two');
    await tick();
    expect(scene.commits).toHaveLength(1);
    scene.commits[0]!.finish();
    await tick();
    expect(scene.commits[1]?.chunks.map(({ text }) => text)).toEqual(['two']);
  });
});
