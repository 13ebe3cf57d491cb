import type { ChatEventEnvelope } from '@app/contracts';
import { ChatFollower } from './chat-follower.js';
import type { LogPosition } from '../log/log-position.js';
import { ChatLogHub, LogDelta, LogEvent, type LogItem } from '../log/chat-log.hub.js';
import type { ChatLogRepository, LoggedEvent } from '../log/chat-log.repository.js';
import type { TurnChunksRepository } from '../turns/turn-chunks.repository.js';

const CHAT = 'chat';

const envelope = (seq: number, type: string, data: object, epoch = 1): ChatEventEnvelope =>
  ({
    seq,
    type,
    chatId: CHAT,
    epoch,
    at: '2026-01-01T00:00:00.000Z',
    actor: { kind: 'bot', id: null, name: 'Bot' },
    data,
  }) as ChatEventEnvelope;

const started = (seq: number, turnId: string) => envelope(seq, 'turn.started', { turnId, messageId: `m-${turnId}` });
const completed = (seq: number, turnId: string, text: string) =>
  envelope(seq, 'message.completed', { turnId, messageId: `m-${turnId}`, text, status: 'complete' });
const ended = (seq: number, turnId: string) => envelope(seq, 'turn.ended', { turnId, status: 'completed' });
const said = (seq: number) =>
  envelope(seq, 'message.created', { messageId: `c-${seq}`, text: `hello ${seq}`, turnId: null });

/** A log in memory with the reads that a follower makes, and a reader that writes down what it was given. */
class Scene {
  readonly hub = new ChatLogHub();
  readonly events: LoggedEvent[] = [];
  readonly chunks = new Map<string, string>();
  readonly seen: string[] = [];
  readonly positions: string[] = [];
  reads = 0;
  /** Happens once, while the text of a running turn is read. */
  meanwhile: (() => void) | null = null;

  store(...events: ChatEventEnvelope[]): this {
    this.events.push(...events.map((event) => ({ event, audience: 'everyone' as const })));
    return this;
  }

  follower(from: LogPosition): ChatFollower {
    const log = {
      findEvents: (_: string, after: number, limit: number) => {
        this.reads++;
        return Promise.resolve(this.events.filter(({ event }) => event.seq > after).slice(0, limit));
      },
      findOpenTurn: (_: string, seq: number) => {
        const last = this.events.findLast(
          ({ event }) => event.seq <= seq && ['turn.started', 'message.completed', 'turn.ended'].includes(event.type),
        );
        return Promise.resolve(last?.event.type === 'turn.started' ? last.event.data : null);
      },
    } as unknown as ChatLogRepository;
    const chunks = {
      findText: (turnId: string, offset: number) => {
        const text = (this.chunks.get(turnId) ?? '').slice(offset);
        this.meanwhile?.();
        this.meanwhile = null;
        return Promise.resolve(text);
      },
    } as unknown as TurnChunksRepository;
    return new ChatFollower(
      CHAT,
      from,
      { hub: this.hub, log, chunks },
      {
        deliver: (item, position) => {
          this.seen.push(describeItem(item));
          this.positions.push(`${position.seq}:${position.offset}`);
        },
        fail: (error) => this.seen.push(`failed: ${String(error)}`),
      },
    );
  }

  publish(...events: ChatEventEnvelope[]): void {
    this.store(...events);
    this.hub.publishEvents(CHAT, events);
  }

  say(turnId: string, text: string, epoch = 1): void {
    const offset = (this.chunks.get(turnId) ?? '').length;
    this.chunks.set(turnId, (this.chunks.get(turnId) ?? '') + text);
    this.hub.publish(CHAT, [new LogDelta({ turnId, messageId: `m-${turnId}`, offset, text }, epoch)]);
  }
}

const describeItem = (item: LogItem): string =>
  item instanceof LogEvent ? `${item.event.seq} ${item.event.type}` : `+${item.delta.offset} ${item.delta.text}`;

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('ChatFollower', () => {
  it('replays turns that are over without deltas, then follows live', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'), completed(3, 'a', 'Hi'), ended(4, 'a'));
    await scene.follower({ seq: 0, offset: 0 }).start();
    scene.publish(said(5), started(6, 'b'));
    scene.say('b', 'one ');
    scene.say('b', 'two');
    scene.publish(completed(7, 'b', 'one two'), ended(8, 'b'));
    expect(scene.seen).toEqual([
      '1 message.created',
      '2 turn.started',
      '3 message.completed',
      '4 turn.ended',
      '5 message.created',
      '6 turn.started',
      '+0 one ',
      '+4 two',
      '7 message.completed',
      '8 turn.ended',
    ]);
    expect(scene.positions.slice(6, 8)).toEqual(['6:4', '6:7']);
  });

  it('begins with a snapshot of a running answer', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'));
    scene.chunks.set('a', 'so far');
    await scene.follower({ seq: 0, offset: 0 }).start();
    scene.say('a', ', more');
    expect(scene.seen.slice(2)).toEqual(['+0 so far', '+6 , more']);
  });

  it('delivers the rest of an answer that ends right after the snapshot was taken', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'));
    scene.chunks.set('a', 'so far');
    scene.meanwhile = () => scene.publish(completed(3, 'a', 'so far so good'), ended(4, 'a'));
    await scene.follower({ seq: 0, offset: 0 }).start();
    expect(scene.seen.slice(2)).toEqual(['+0 so far', '+6  so good', '3 message.completed', '4 turn.ended']);
  });

  it('resumes in the middle of a running answer', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'));
    scene.chunks.set('a', 'so far');
    await scene.follower({ seq: 2, offset: 3 }).start();
    expect(scene.seen).toEqual(['+3 far']);
  });

  it('delivers the rest of an answer that ended while the reader was away', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'), completed(3, 'a', 'so far so good'), ended(4, 'a'));
    await scene.follower({ seq: 2, offset: 6 }).start();
    expect(scene.seen).toEqual(['+6  so good', '3 message.completed', '4 turn.ended']);
  });

  it('delivers the whole answer to a reader that left before its first word', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'), completed(3, 'a', 'all'), ended(4, 'a'));
    await scene.follower({ seq: 2, offset: 0 }).start();
    expect(scene.seen).toEqual(['+0 all', '3 message.completed', '4 turn.ended']);
  });

  it('delivers words that were committed only with the end of the turn', async () => {
    const scene = new Scene().store(said(1));
    await scene.follower({ seq: 1, offset: 0 }).start();
    scene.publish(started(2, 'a'), completed(3, 'a', 'short'), ended(4, 'a'));
    expect(scene.seen).toEqual(['2 turn.started', '+0 short', '3 message.completed', '4 turn.ended']);
  });

  it('reads the log when something is missing, and never repeats or reorders', async () => {
    const scene = new Scene().store(said(1));
    await scene.follower({ seq: 1, offset: 0 }).start();
    scene.store(said(2));
    scene.store(said(3));
    scene.hub.publishEvents(CHAT, [said(3)]);
    await settled();
    scene.hub.publishEvents(CHAT, [said(2)]);
    expect(scene.seen).toEqual(['2 message.created', '3 message.created']);
  });

  it('drops text of an older epoch after the owner has changed', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'));
    await scene.follower({ seq: 2, offset: 0 }).start();
    scene.say('a', 'bot ');
    scene.publish(completed(3, 'a', 'bot '), ended(4, 'a'), { ...said(5), epoch: 2 });
    scene.say('a', 'talks on', 1);
    await settled();
    expect(scene.seen).toEqual(['+0 bot ', '3 message.completed', '4 turn.ended', '5 message.created']);
  });

  it('does not lose what is published while it reads', async () => {
    const scene = new Scene().store(said(1));
    const starting = scene.follower({ seq: 0, offset: 0 }).start();
    scene.publish(said(2));
    await starting;
    scene.publish(said(3));
    expect(scene.seen).toEqual(['1 message.created', '2 message.created', '3 message.created']);
  });

  it('does not read again because of text that is published while it reads', async () => {
    const scene = new Scene().store(said(1), started(2, 'a'));
    scene.chunks.set('a', 'so far');
    scene.meanwhile = () => scene.say('a', ', more');
    await scene.follower({ seq: 0, offset: 0 }).start();
    expect(scene.seen.slice(2)).toEqual(['+0 so far', '+6 , more']);
    expect(scene.reads).toBe(1);
  });

  it('looks at the database only when it may have missed something', async () => {
    const scene = new Scene().store(said(1), said(2));
    const follower = scene.follower({ seq: 0, offset: 0 });
    await follower.start();
    follower.wake(2);
    expect(scene.reads).toBe(1);
    scene.store(said(3));
    follower.wake(3);
    await settled();
    expect(scene.seen.at(-1)).toBe('3 message.created');
  });

  it('reads nothing from the database while everything joins on', async () => {
    const scene = new Scene();
    scene.follower({ seq: 0, offset: 0 }).startLive();
    scene.publish(said(1), started(2, 'a'));
    scene.say('a', 'x');
    scene.publish(completed(3, 'a', 'x'), ended(4, 'a'));
    expect(scene.seen).toHaveLength(5);
    expect(scene.reads).toBe(0);
  });

  it('hears nothing after it was closed', async () => {
    const scene = new Scene();
    const follower = scene.follower({ seq: 0, offset: 0 });
    await follower.start();
    follower.close();
    scene.publish(said(1));
    expect(scene.seen).toEqual([]);
    expect(scene.hub.hasReaders(CHAT)).toBe(false);
  });
});
