import { ANONYMOUS, AppConfig, AppError, isAgent, toProblem, WorkLoop, type Principal, type Sent } from '@app/common';
import type { TakeoverHandshake } from '@app/contracts';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OpenConnections, RequestCallers } from '../../auth/index.js';
import { ChatsService } from '../../chats/index.js';
import { AgentPresenceService } from '../presence/agent-presence.service.js';
import { ChatWatches } from './chat-watches.js';
import { CommandLimits } from './command-limits.js';
import { watchSendBuffer } from './send-buffer.js';
import { TakeoverSockets, transient, type TakeoverSocket } from './takeover-sockets.js';

const HEARTBEAT_EVERY_MS = 15_000;
const CHAT_ID = /^[\w-]{1,64}$/;

/** Who is connected: admits at the handshake, has callers rechecked while they stay, and keeps connected agents present. */
@Injectable()
export class SocketSessions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SocketSessions.name);
  private readonly heartbeats = new WorkLoop('Keeping agents present', HEARTBEAT_EVERY_MS, () =>
    this.keepAgentsPresent(),
  );
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly config: AppConfig,
    private readonly callers: RequestCallers,
    private readonly connections: OpenConnections,
    private readonly chats: ChatsService,
    private readonly presence: AgentPresenceService,
    private readonly watches: ChatWatches,
    private readonly limits: CommandLimits,
    private readonly sockets: TakeoverSockets,
  ) {}

  onApplicationBootstrap(): void {
    this.heartbeats.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.heartbeats.stop();
    await Promise.all(this.pending);
  }

  /** Finds out who connects. Without an account, the id of a chat that needs none must be shown. */
  async admit(socket: TakeoverSocket): Promise<void> {
    const { token, chatId } = handshakeOf(socket.handshake.auth);
    const { principal, credential } = await this.callers.ofSocket(token, requestOf(socket));
    if (principal.kind === 'anonymous') {
      if (chatId === null) throw new AppError('UNAUTHENTICATED');
      await this.chats.getCustomerChat(ANONYMOUS, chatId);
    }
    this.requireTerms(principal);
    socket.data = { principal, credential, isAgent: isAgent(principal), watches: new Map() };
  }

  /** The first thing that happens on a new connection, before any command. */
  open(socket: TakeoverSocket): void {
    this.limits.apply(socket);
    socket.data.buffer = watchSendBuffer(socket, () => {
      this.watches.unwatchAll(socket);
      socket.conn.close(true);
    });
    const { principal, credential } = socket.data;
    const recheck = (caller: Principal | AppError): Promise<void> => this.recheck(socket, caller);
    if (credential !== null) socket.once('disconnect', this.connections.watch({ credential, recheck }));
    if (socket.data.isAgent) this.runInBackground(() => this.welcomeAgent(socket, principal));
  }

  close(socket: TakeoverSocket): void {
    this.watches.unwatchAll(socket);
    const { principal } = socket.data;
    if (socket.data.isAgent && principal.kind === 'user') this.sockets.notifyPresence(principal.userId);
  }

  private async recheck(socket: TakeoverSocket, caller: Principal | AppError): Promise<void> {
    if (caller instanceof AppError) return this.cut(socket, caller);
    if (socket.data.isAgent && !isAgent(caller)) return this.cut(socket, new AppError('FORBIDDEN'));
    socket.data.principal = caller;
    if (!socket.data.isAgent && isAgent(caller)) await this.welcomeAgent(socket, caller);
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

  private async keepAgentsPresent(): Promise<void> {
    const agents = this.sockets.local().filter(({ data }) => data.isAgent);
    const ids = agents.map(({ data: { principal } }) => (principal.kind === 'user' ? principal.userId : 0));
    await this.presence.keepAlive([...new Set(ids)]);
  }

  private requireTerms(principal: Principal): void {
    if (this.config.auth.requireTerms && principal.kind === 'user' && !principal.isTermsAccepted)
      throw new AppError('TERMS_NOT_ACCEPTED');
  }

  /** A failure is made up for by the next heartbeat. */
  private runInBackground(task: () => Promise<void>): void {
    const running = task()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'An agent could not be marked as present'))
      .finally(() => this.pending.delete(running));
    this.pending.add(running);
  }
}

/** What is left of the request that opened the connection, for this once: a secret is not kept for as long as a connection. */
function requestOf({ request }: TakeoverSocket): Sent {
  const { headers, socket } = (request as Sent | null) ?? { headers: {}, socket: {} };
  const sent = { headers: { ...headers }, socket };
  // The one that socket.io keeps.
  delete headers.cookie;
  return sent;
}

function handshakeOf(auth: Record<string, unknown>): { token: string | null; chatId: string | null } {
  const { token, chatId } = auth as { [Key in keyof TakeoverHandshake]: unknown };
  if (token !== undefined && token !== null && (typeof token !== 'string' || token === ''))
    throw new AppError('INVALID_TOKEN');
  const isChatId = typeof chatId === 'string' && CHAT_ID.test(chatId);
  return { token: token ?? null, chatId: isChatId ? chatId : null };
}
