import type { Principal } from '@app/common';
import type {
  Actor,
  ClientToServerEvents,
  ServerToClientEvents,
  TransientEvent,
  TransientEventData,
} from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import type { Credential } from '../../auth/index.js';
import type { SendBuffer } from './send-buffer.js';

/** What is known of a connection. */
export interface SocketState {
  principal: Principal;
  credential: Credential | null;
  /** Whether it is, or was, an agent's: a connection that loses that right is cut. */
  isAgent: boolean;
  watches: Map<string, ChatWatch>;
  /** From the moment on in which it is open. */
  buffer?: SendBuffer;
}

/** A chat that a connection follows. */
export interface ChatWatch {
  audience: 'everyone' | 'agents';
  isStopped: boolean;
  stop: (() => void) | null;
}

type NoServerEvents = Record<string, never>;
export type TakeoverSocket = Socket<ClientToServerEvents, ServerToClientEvents, NoServerEvents, SocketState>;
export type TakeoverNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, NoServerEvents, SocketState>;

const AGENTS = 'agents';
const roomOf = (chatId: string, audience: ChatWatch['audience']): string => `chat:${chatId}:${audience}`;

/** Reaches the connected sockets, with Redis also those of other instances. Everything told here may be lost without harm. */
@Injectable()
export class TakeoverSockets {
  private namespace: TakeoverNamespace | null = null;

  attach(namespace: TakeoverNamespace): void {
    this.namespace = namespace;
  }

  /** The connections of this instance. */
  local(): TakeoverSocket[] {
    return [...(this.namespace?.sockets.values() ?? [])];
  }

  /** The chats that the connections of this instance follow. */
  localChatIds(): string[] {
    return [...new Set(this.local().flatMap(({ data }) => [...data.watches.keys()]))];
  }

  async joinAgents(socket: TakeoverSocket): Promise<void> {
    await socket.join(AGENTS);
  }

  async joinChat(socket: TakeoverSocket, chatId: string, audience: ChatWatch['audience']): Promise<void> {
    await socket.join(roomOf(chatId, audience));
  }

  async leaveChat(socket: TakeoverSocket, chatId: string): Promise<void> {
    await socket.leave(roomOf(chatId, 'everyone'));
    await socket.leave(roomOf(chatId, 'agents'));
  }

  notifyTyping(
    { id, epoch }: { id: string; epoch: number },
    audience: ChatWatch['audience'],
    data: { actor: Actor; isTyping: boolean },
  ): void {
    const rooms = audience === 'everyone' ? [roomOf(id, 'everyone'), roomOf(id, 'agents')] : [roomOf(id, 'agents')];
    this.namespace?.to(rooms).volatile.emit('transient', transient('typing', id, data, epoch));
  }

  /** Every instance tells its own sockets: each looks at the queue by itself. */
  notifyPosition(chatId: string, position: number): void {
    const rooms = [roomOf(chatId, 'everyone'), roomOf(chatId, 'agents')];
    this.namespace?.local.to(rooms).volatile.emit('transient', transient('queue.position', chatId, { position }));
  }

  notifyQueue(data: TransientEventData['queue.changed']): void {
    this.namespace?.local.to(AGENTS).volatile.emit('transient', transient('queue.changed', null, data));
  }

  notifyPresence(agentId: number): void {
    this.namespace?.to(AGENTS).volatile.emit('transient', transient('presence.changed', null, { agentId }));
  }
}

export const transient = <Type extends keyof TransientEventData>(
  type: Type,
  chatId: string | null,
  data: TransientEventData[Type],
  epoch: number | null = null,
  seq: number | null = null,
): TransientEvent => ({ type, chatId, seq, epoch, data }) as TransientEvent;
