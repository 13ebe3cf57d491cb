import { AppError, notFound, toProblem } from '@app/common';
import type { ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable, Logger } from '@nestjs/common';
import { ChatFollower, type FollowerSink, type FollowerSources } from './chat-follower.js';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { ChatLogRepository } from '../log/chat-log.repository.js';
import { ChatStream } from './chat-stream.js';
import { OpenStreams } from './open-streams.js';
import type { LogPosition } from '../log/log-position.js';
import { TurnChunksRepository } from '../turns/turn-chunks.repository.js';
import type { TurnOutcome } from '../turns/turn.types.js';
import { TurnsRepository } from '../turns/turns.repository.js';

/** Opens and feeds the streams of this instance's readers. */
@Injectable()
export class ChatStreamsService {
  private readonly logger = new Logger(ChatStreamsService.name);
  private readonly sources: FollowerSources;

  constructor(
    hub: ChatLogHub,
    log: ChatLogRepository,
    chunks: TurnChunksRepository,
    private readonly turns: TurnsRepository,
    private readonly places: OpenStreams,
  ) {
    this.sources = { hub, log, chunks };
  }

  /**
   * Follows a chat's log for a sink of the caller's. Returns a function that ends it.
   * @param audience whether events for agents are delivered as well
   */
  async followWith(
    chatId: string,
    from: LogPosition,
    audience: EventAudience,
    sink: FollowerSink,
  ): Promise<() => void> {
    const follower = new ChatFollower(chatId, from, this.sources, seenBy(audience, sink));
    await follower.start();
    return () => follower.close();
  }

  /** Streams the chat's log from the position on, without an end. */
  async followChat(chatId: string, from: LogPosition, audience: EventAudience = 'everyone'): Promise<ChatStream> {
    const stream = this.openStream();
    const sink: FollowerSink = {
      deliver: (item, position) => stream.sendItem(item, position),
      whenRead: () => stream.whenRead(),
      fail: (error) => this.fail(stream, error),
    };
    const follower = this.follow(chatId, from, stream, seenBy(audience, sink));
    return this.startReplay(stream, follower);
  }

  /**
   * Streams one turn from `from` to its end. `isNew`: the turn starts with the next published events, so nothing needs to be read. The
   * closing `turn.ended` carries the completion.
   */
  async followTurn(
    turn: { chatId: string; turnId: string },
    from: LogPosition,
    isNew: boolean,
    completionOf: () => Promise<object>,
  ): Promise<ChatStream> {
    const stream = this.openStream();
    const follower = this.follow(turn.chatId, from, stream, {
      deliver: (item, position) => {
        if (item.kind === 'delta') {
          if (item.delta.turnId === turn.turnId) stream.sendItem(item, position);
          return;
        }
        const { data } = item.event;
        if (!('turnId' in data) || data.turnId !== turn.turnId) return;
        if (item.event.type !== 'turn.ended') {
          const seen = item.viewFor('everyone');
          return seen ? stream.sendItem(seen, position) : undefined;
        }
        follower.close();
        const place = { ...position };
        completionOf()
          .then((completion) => {
            const event = { ...item.event, data: { ...data, completion } };
            stream.sendItem(item, place, JSON.stringify(event));
            stream.finish();
          })
          .catch((error: unknown) => this.fail(stream, error));
      },
      whenRead: () => stream.whenRead(),
      fail: (error) => this.fail(stream, error),
    });
    if (!isNew) return this.startReplay(stream, follower);
    follower.startLive();
    return stream;
  }

  /** The stream of a message that an agent will answer. */
  handOver(events: ChatEventEnvelope[], completion: object): ChatStream {
    const stream = this.openStream();
    for (const event of events) stream.sendItem(new LogEvent(event), { seq: event.seq, offset: 0 });
    stream.sendNotice('turn.ended', { status: 'handed_over', completion });
    stream.finish();
    return stream;
  }

  /** Resolves when the turn has ended, on any instance. */
  async waitForEnd(chatId: string, turnId: string, afterSeq: number): Promise<TurnOutcome> {
    const known = await this.turns.findOutcome(turnId);
    if (known) return known;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown): void => {
        follower.close();
        reject(error);
      };
      const follower = new ChatFollower(chatId, { seq: afterSeq, offset: 0 }, this.sources, {
        deliver: (item) => {
          if (item.kind !== 'event' || item.event.type !== 'turn.ended' || item.event.data.turnId !== turnId) return;
          follower.close();
          resolve();
        },
        fail,
      });
      follower
        .start()
        .then(async () => {
          // The chat may have been deleted before the follower subscribed.
          if ((await this.sources.log.findHeads([chatId])).length === 0) follower.end();
        })
        .catch(fail);
    });
    const outcome = await this.turns.findOutcome(turnId);
    if (!outcome) throw notFound('The completion');
    return outcome;
  }

  private openStream(): ChatStream {
    const stream = new ChatStream();
    this.places.add(stream);
    return stream;
  }

  private follow(chatId: string, from: LogPosition, stream: ChatStream, sink: FollowerSink): ChatFollower {
    const follower = new ChatFollower(chatId, from, this.sources, sink);
    for (const end of ['over', 'close']) stream.once(end, () => follower.close());
    return follower;
  }

  private async startReplay(stream: ChatStream, follower: ChatFollower): Promise<ChatStream> {
    try {
      await follower.start();
    } catch (error) {
      // The caller does not get the stream, so it has to be closed here.
      stream.destroy();
      throw error;
    }
    return stream;
  }

  private fail(stream: ChatStream, error: unknown): void {
    if (!(error instanceof AppError)) this.logger.error({ err: error }, 'A stream could not be fed');
    stream.sendNotice('error', { problem: toProblem(error, null) });
    stream.finish();
  }
}

/** The same sink, given only what the audience may see. */
const seenBy = (audience: EventAudience, sink: FollowerSink): FollowerSink => ({
  ...sink,
  deliver: (item, position) => {
    const seen = item.viewFor(audience);
    if (seen) sink.deliver(seen, position);
  },
});
