import { AppConfig, MetricsRegistry, parseEnvironment } from '@app/common';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { ChatLogHub } from '../log/chat-log.hub.js';
import type { ChatHead, ChatLogRepository } from '../log/chat-log.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { OpenStreams } from './open-streams.js';
import type { TurnChunksRepository } from '../turns/turn-chunks.repository.js';
import type { TurnsRepository } from '../turns/turns.repository.js';

const CHAT = 'chat';
const START = { seq: 0, offset: 0 };
const GONE = new Error('The database is gone');

describe('a log that cannot be read leaves no reader behind', () => {
  const log = {
    findOpenTurn: () => Promise.resolve(null),
    findEvents: () => Promise.resolve([]),
    findHeads: (): Promise<ChatHead[]> => Promise.resolve([]),
  };
  const turns = { findOutcome: () => Promise.resolve(null) };
  const chunks = { findText: () => Promise.resolve('') };
  let hub: ChatLogHub;
  let registry: MetricsRegistry;
  let streams: ChatStreamsService;

  beforeEach(() => {
    hub = new ChatLogHub();
    registry = new MetricsRegistry();
    streams = new ChatStreamsService(
      hub,
      log as unknown as ChatLogRepository,
      chunks as unknown as TurnChunksRepository,
      turns as unknown as TurnsRepository,
      new OpenStreams(new AppConfig(parseEnvironment({})), registry),
    );
  });
  afterEach(() => jest.restoreAllMocks());

  const openStreams = async (): Promise<string | undefined> =>
    /^\S*streams_open (\d+)/m.exec(await registry.render())?.[1];

  it.each(['findOpenTurn', 'findEvents'] as const)('when %s fails', async (read) => {
    jest.spyOn(log, read).mockRejectedValue(GONE);
    const sink = { deliver: () => undefined, fail: () => undefined };
    await expect(streams.followChat(CHAT, START)).rejects.toBe(GONE);
    await expect(
      streams.followTurn({ chatId: CHAT, turnId: 't' }, START, false, () => Promise.resolve({})),
    ).rejects.toBe(GONE);
    await expect(streams.followWith(CHAT, START, 'agents', sink)).rejects.toBe(GONE);
    await expect(streams.waitForEnd(CHAT, 't', 0)).rejects.toBe(GONE);
    expect(hub.hasReaders(CHAT)).toBe(false);
    await eventLoopTurn();
    expect(await openStreams()).toBe('0');
  });

  it('when the end of a turn is waited for', async () => {
    jest.spyOn(log, 'findHeads').mockRejectedValue(GONE);
    await expect(streams.waitForEnd(CHAT, 't', 0)).rejects.toBe(GONE);
    expect(hub.hasReaders(CHAT)).toBe(false);
  });

  it('when it fails later', async () => {
    jest.spyOn(log, 'findHeads').mockResolvedValue([{ chatId: CHAT, lastSeq: 0, runningTurnId: 't' }]);
    const ended = streams.waitForEnd(CHAT, 't', 0);
    while (!hub.hasReaders(CHAT)) await Promise.resolve();
    await eventLoopTurn();
    jest.spyOn(log, 'findEvents').mockRejectedValue(GONE);
    hub.wake(CHAT);
    await expect(ended).rejects.toBe(GONE);
    expect(hub.hasReaders(CHAT)).toBe(false);
  });
});
