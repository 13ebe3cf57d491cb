import { AppError, type Principal } from '@app/common';
import type { WatchedChat } from '@app/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { ChatStreamsService } from '../../baton/index.js';
import { ChatLooks } from '../../chats/index.js';
import type { WatchCommandDto } from './takeover-commands.dto.js';
import { TakeoverService } from '../commands/takeover.service.js';
import { TakeoverSockets, transient, type ChatWatch, type TakeoverSocket } from './takeover-sockets.js';

const WATCHES_PER_SOCKET = 500;

/** Which connection follows which chats. Customers' and agents' views are the same log, seen through different filters. */
@Injectable()
export class ChatWatches {
  private readonly logger = new Logger(ChatWatches.name);

  constructor(
    private readonly takeover: TakeoverService,
    private readonly streams: ChatStreamsService,
    private readonly sockets: TakeoverSockets,
    private readonly looks: ChatLooks,
  ) {}

  /** Replays the chat from the position on and follows it. Returns when everything up to now has been sent. */
  async watch(socket: TakeoverSocket, caller: Principal, dto: WatchCommandDto): Promise<WatchedChat> {
    const { chatId } = dto;
    const audience = await this.takeover.getAudience(caller, chatId);
    if (audience === 'agents') await this.looks.note(caller, chatId);
    const watch = this.replace(socket, chatId, audience);
    await this.sockets.joinChat(socket, chatId, audience);
    await this.follow(socket, watch, dto);
    return { ...(await this.takeover.getChatState(caller, chatId)), audience };
  }

  /** All at once: the same connection may ask for the same chat again meanwhile. */
  private replace(
    { connected, data: { watches } }: TakeoverSocket,
    chatId: string,
    audience: ChatWatch['audience'],
  ): ChatWatch {
    if (!connected) throw new AppError('CONFLICT', { detail: 'The connection is gone.' });
    const former = watches.get(chatId);
    if (former === undefined && watches.size >= WATCHES_PER_SOCKET)
      throw new AppError('CONFLICT', { detail: `A connection watches at most ${WATCHES_PER_SOCKET} chats.` });
    if (former !== undefined) stop(former);
    const watch: ChatWatch = { audience, isStopped: false, stop: null };
    watches.set(chatId, watch);
    return watch;
  }

  async unwatch(socket: TakeoverSocket, chatId: string): Promise<void> {
    const watch = socket.data.watches.get(chatId);
    if (watch === undefined) return;
    socket.data.watches.delete(chatId);
    stop(watch);
    await this.sockets.leaveChat(socket, chatId);
  }

  /** The connection is gone, or is to get nothing more. */
  unwatchAll({ data }: TakeoverSocket): void {
    for (const watch of data.watches.values()) stop(watch);
    data.watches.clear();
  }

  private async follow(
    socket: TakeoverSocket,
    watch: ChatWatch,
    { chatId, after, offset }: WatchCommandDto,
  ): Promise<void> {
    const stopFollowing = await this.streams.followWith(
      chatId,
      { seq: after ?? 0, offset: offset ?? 0 },
      watch.audience,
      {
        deliver: (item, { seq }) => {
          if (watch.isStopped) return;
          if (item.kind === 'event') socket.emit('event', item.event);
          else socket.emit('transient', transient('message.delta', chatId, item.delta, item.epoch, seq));
        },
        whenRead: () => socket.data.buffer?.whenRead() ?? null,
        fail: (error) => {
          this.logger.error({ err: error }, 'A connection could not be fed');
          this.unwatchAll(socket);
          // It comes back by itself and goes on where it was.
          socket.conn.close();
        },
      },
    );
    watch.stop = stopFollowing;
    if (watch.isStopped) stopFollowing();
  }
}

function stop(watch: ChatWatch): void {
  watch.isStopped = true;
  watch.stop?.();
}
