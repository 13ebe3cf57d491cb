import { ANONYMOUS, AppConfig, AppError, isAgent, toProblem, type Principal } from '@app/common';
import type { TakeoverHandshake } from '@app/contracts';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { AuthService } from '../../auth/index.js';
import { ChatsService } from '../../chats/index.js';
import type { AppEvents } from '../../events.js';
import { AgentPresenceService } from '../presence/agent-presence.service.js';
import { ChatWatches } from './chat-watches.service.js';
import { CommandLimits } from './command-limits.service.js';
import { watchSendBuffer } from './send-buffer.js';
import { TakeoverSockets, transient, type TakeoverSocket } from './takeover-sockets.service.js';

/** With what may be remembered of an account, a lost right is noticed within five seconds. */
const CHECK_EVERY_MS = 2000;
const HEARTBEAT_EVERY_MS = 15_000;
const CHAT_ID = /^[\w-]{1,64}$/;

/** Who is connected: lets in at the handshake, looks again and again whether that still holds, and keeps present agents alive. */
@Injectable()
export class SocketSessions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SocketSessions.name);
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly config: AppConfig,
    private readonly auth: AuthService,
    private readonly chats: ChatsService,
    private readonly presence: AgentPresenceService,
    private readonly watches: ChatWatches,
    private readonly limits: CommandLimits,
    private readonly sockets: TakeoverSockets,
  ) {}

  onApplicationBootstrap(): void {
    this.repeat(CHECK_EVERY_MS, () => this.check(this.sockets.local()));
    this.repeat(HEARTBEAT_EVERY_MS, () => this.keepAgentsAlive());
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.pending);
  }

  /** Finds out who connects. Without an account, the id of a chat that needs none must be shown. */
  async admit(socket: TakeoverSocket): Promise<void> {
    const { token, chatId } = handshakeOf(socket.handshake.auth);
    const principal = await this.auth.authenticate(token);
    if (principal.kind === 'anonymous') {
      if (chatId === null) throw new AppError('UNAUTHENTICATED');
      await this.chats.getHeldChat(ANONYMOUS, chatId);
    }
    this.requireTerms(principal);
    socket.data = { principal, token, isAgent: isAgent(principal), watches: new Map() };
  }

  /** The first thing that happens on a new connection, before any command. */
  open(socket: TakeoverSocket): void {
    this.limits.apply(socket);
    watchSendBuffer(socket, () => {
      this.watches.unwatchAll(socket);
      socket.conn.close(true);
    });
    const { principal } = socket.data;
    if (socket.data.isAgent) this.run(() => this.welcomeAgent(socket, principal));
  }

  close(socket: TakeoverSocket): void {
    this.watches.unwatchAll(socket);
    const { principal } = socket.data;
    if (socket.data.isAgent && principal.kind === 'user') this.sockets.tellPresence(principal.userId);
  }

  @OnEvent('user.changed')
  onUserChanged({ userId }: AppEvents['user.changed']): void {
    const concerned = this.sockets
      .local()
      .filter(({ data: { principal } }) => principal.kind === 'user' && principal.userId === userId);
    if (concerned.length > 0) this.run(() => this.check(concerned));
  }

  private async check(sockets: TakeoverSocket[]): Promise<void> {
    for await (const [socket, now] of this.auth.recheck(sockets, ({ data }) => data.token)) {
      if (now instanceof AppError) this.cut(socket, now);
      else if (socket.data.isAgent && !isAgent(now)) this.cut(socket, new AppError('FORBIDDEN'));
      else {
        socket.data.principal = now;
        if (!socket.data.isAgent && isAgent(now)) await this.welcomeAgent(socket, now);
      }
    }
  }

  private async welcomeAgent(socket: TakeoverSocket, principal: Principal): Promise<void> {
    socket.data.isAgent = true;
    await this.sockets.joinAgents(socket);
    await this.presence.updatePresence(principal, {});
  }

  private cut(socket: TakeoverSocket, error: AppError): void {
    this.watches.unwatchAll(socket);
    socket.emit('transient', transient('session.ended', null, { problem: toProblem(error, null) }));
    socket.disconnect(true);
  }

  private async keepAgentsAlive(): Promise<void> {
    const agents = this.sockets.local().filter(({ data }) => data.isAgent);
    const ids = agents.map(({ data: { principal } }) => (principal.kind === 'user' ? principal.userId : 0));
    await this.presence.keepAlive([...new Set(ids)]);
  }

  private requireTerms(principal: Principal): void {
    if (this.config.auth.requireTerms && principal.kind === 'user' && !principal.isTermsAccepted)
      throw new AppError('TERMS_NOT_ACCEPTED');
  }

  /** A round is left out while the one before still runs. */
  private repeat(milliseconds: number, task: () => Promise<void>): void {
    let isRunning = false;
    const round = async (): Promise<void> => {
      isRunning = true;
      await task().finally(() => (isRunning = false));
    };
    this.timers.push(setInterval(() => isRunning || this.run(round), milliseconds));
  }

  /** In the background; the next round makes up for one that fails. */
  private run(task: () => Promise<void>): void {
    const running = task()
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'Looking after the connections failed; trying again');
      })
      .finally(() => this.pending.delete(running));
    this.pending.add(running);
  }
}

function handshakeOf(auth: Record<string, unknown>): { token: string | null; chatId: string | null } {
  const { token, chatId } = auth as { [Key in keyof TakeoverHandshake]: unknown };
  if (token !== undefined && token !== null && (typeof token !== 'string' || token === ''))
    throw new AppError('INVALID_TOKEN');
  const isChatId = typeof chatId === 'string' && CHAT_ID.test(chatId);
  return { token: token ?? null, chatId: isChatId ? chatId : null };
}
