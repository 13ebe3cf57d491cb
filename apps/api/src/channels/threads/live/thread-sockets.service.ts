import { accessDenied, AppError, isAgent, WorkLoop, type Principal } from '@app/common';
import type { ChatEventEnvelope } from '@app/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import { AuthService, OpenConnections } from '../../../auth/index.js';
import { ChannelWatch } from '../../../chats/index.js';
import { broadcastOf } from './thread-broadcasts.js';
import { ThreadsConfig } from '../threads.config.js';
import { ThreadsService } from '../threads.service.js';

interface SocketState {
  /** Of agents: rechecked periodically. */
  token: string | null;
  room: string;
}

type Events = Record<string, (payload: object) => void>;
export type ThreadSocket = Socket<DefaultEventsMap, Events, DefaultEventsMap, SocketState>;
export type ThreadNamespace = Namespace<DefaultEventsMap, Events, DefaultEventsMap, SocketState>;

const CHECK_EVERY_MS = 5000;
const ALL_THREADS = 'threads';
const roomOf = (chatId: string): string => `chat:${chatId}`;

/**
 * Broadcasts what happens in threads. Every instance notifies its own connections of what it reads in the log, so that each event
 * arrives once, with Redis or without.
 */
@Injectable()
export class ThreadSocketsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Checking for connections', CHECK_EVERY_MS, () => this.leaveIfUnused());
  private namespace: ThreadNamespace | null = null;
  private following: Promise<() => void> | null = null;
  private admissions = 0;

  constructor(
    private readonly config: ThreadsConfig,
    private readonly auth: AuthService,
    private readonly connections: OpenConnections,
    private readonly threads: ThreadsService,
    private readonly watch: ChannelWatch,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  attach(namespace: ThreadNamespace): void {
    this.namespace = namespace;
  }

  /** Agents receive the events of all threads, others of the thread whose id they show; with THREADS_OPEN all connections do. */
  async admit(socket: ThreadSocket): Promise<void> {
    this.admissions++;
    try {
      socket.data = await this.findPlace(socket);
      // Before the connection opens: it misses nothing then.
      await (this.following ??= this.follow());
    } finally {
      this.admissions--;
    }
  }

  async open(socket: ThreadSocket): Promise<void> {
    const { token, room } = socket.data;
    const recheck = cutUnlessAgent(socket);
    if (token !== null) socket.once('disconnect', this.connections.watch({ credential: { token }, recheck }));
    await socket.join(room);
  }

  private async findPlace(socket: ThreadSocket): Promise<SocketState> {
    const { token, threadId } = handshakeOf(socket);
    const caller = await this.auth.authenticate(token);
    if (this.config.isOpen) return { token: null, room: ALL_THREADS };
    if (isAgent(caller)) return { token, room: ALL_THREADS };
    if (threadId === null) throw accessDenied(caller);
    return { token: null, room: roomOf((await this.threads.find(threadId)).id) };
  }

  private async follow(): Promise<() => void> {
    try {
      return await this.watch.follow('threads', {
        changed: (_chat, events) => events.forEach((event) => this.broadcast(event)),
        deleted: () => undefined,
      });
    } catch (error) {
      this.following = null;
      throw error;
    }
  }

  private broadcast(event: ChatEventEnvelope): void {
    const broadcast = broadcastOf(event);
    if (broadcast === null) return;
    this.namespace?.local.to([ALL_THREADS, roomOf(event.chatId)]).emit(broadcast.name, broadcast.payload);
  }

  /** Stops following the log while there are no connections. */
  private async leaveIfUnused(): Promise<void> {
    const { following } = this;
    if (following === null || this.admissions > 0 || (this.namespace?.sockets.size ?? 0) > 0) return;
    this.following = null;
    (await following)();
  }
}

const cutUnlessAgent =
  (socket: ThreadSocket) =>
  (caller: Principal | AppError): void => {
    if (caller instanceof AppError || !isAgent(caller)) socket.disconnect(true);
  };

function handshakeOf({ handshake }: ThreadSocket): { token: string | null; threadId: string | null } {
  const { token = null, thread_id: shown } = handshake.auth as { token?: unknown; thread_id?: unknown };
  if (token !== null && (typeof token !== 'string' || token === '')) throw new AppError('INVALID_TOKEN');
  const threadId = shown ?? handshake.query['thread_id'];
  return { token, threadId: typeof threadId === 'string' ? threadId : null };
}
