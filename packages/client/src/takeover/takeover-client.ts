import {
  TAKEOVER_NAMESPACE,
  type AgentPresenceState,
  type AgentText,
  type ChatEventEnvelope,
  type ChatState,
  type ClientToServerEvents,
  type Problem,
  type SentMessage,
  type ServerToClientEvents,
  type TakeoverCommand,
  type TakeoverCommands,
  type TransientEvent,
  type WatchedChat,
} from '../generated/contracts/index.js';
import { io, type Socket } from 'socket.io-client';
import { DisconnectedError, isProblem, ProblemError } from '../errors.js';
import { newIdempotencyKey } from '../idempotency-key.js';
import { handshakeOf, type TakeoverListeners, type TakeoverOptions } from './takeover-options.js';
import { TakeoverView, type ViewPosition } from './takeover-view.js';

type Payload<Name extends TakeoverCommand> = TakeoverCommands[Name]['payload'];
type Result<Name extends TakeoverCommand> = TakeoverCommands[Name]['result'];
type Where = { chatId: string; expectedEpoch?: number };

/** A claim may wait until the bot has finished its sentence. */
const TIMEOUT_MS = 45_000;
/** When our token cannot be had, or the server cannot check it, at the moment. */
const RETRY_MS = 1000;
/** Sent again, they do nothing that the first did not do: after a lost connection they are repeated. */
const REPEATABLE: ReadonlySet<TakeoverCommand> = new Set<TakeoverCommand>([
  'watch',
  'unwatch',
  'claim',
  'send',
  'note',
  'whisper',
  'presence',
]);

/** Connects to the takeover socket. The connection comes back by itself, and every watched chat goes on where it was. */
export const connectTakeover = (options: TakeoverOptions): TakeoverClient => new TakeoverClient(options);

export class TakeoverClient {
  /** The connection itself, for what this class does not do. */
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  private readonly listeners: { [Name in keyof TakeoverListeners]: Set<TakeoverListeners[Name]> } = {
    event: new Set(),
    transient: new Set(),
    connected: new Set(),
    disconnected: new Set(),
  };
  private readonly views = new Map<string, TakeoverView>();
  /** Chats that the server knows we watch: after a reconnection it has to be told again. */
  private readonly watched = new Set<string>();
  private readonly resuming = new Set<string>();
  private readonly timeoutMs: number;
  private endedBy: Problem | null = null;
  private isClosed = false;

  constructor({ url, token, chatId, timeoutMs = TIMEOUT_MS, headers }: TakeoverOptions) {
    this.timeoutMs = timeoutMs;
    const { origin, pathname } = new URL(url);
    this.socket = io(origin + TAKEOVER_NAMESPACE, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      // Any instance may answer any connection; long polling would need the same one for every request.
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 2000,
      extraHeaders: headers,
      auth: (give) => {
        handshakeOf(token, chatId).then(give, () => this.tryAgain());
      },
    });
    this.socket.on('connect', () => this.onConnect());
    this.socket.on('connect_error', (error) => this.onRefused(error));
    this.socket.on('disconnect', (reason) => this.onDisconnect(reason));
    this.socket.on('event', (event) => this.onEvent(event));
    this.socket.on('transient', (event) => this.onTransient(event));
  }

  on<Name extends keyof TakeoverListeners>(name: Name, listener: TakeoverListeners[Name]): () => void {
    this.listeners[name].add(listener);
    return () => this.listeners[name].delete(listener);
  }

  /** Resolves when the server has let us in; rejects with a {@link ProblemError} when it refuses. */
  whenConnected(): Promise<void> {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.endedBy !== null) return reject(new ProblemError(this.endedBy));
      if (this.isClosed) return reject(new DisconnectedError('The client was closed.'));
      const stop = [
        this.on('connected', () => settle(resolve)),
        this.on('disconnected', (problem) => {
          if (problem !== null) settle(() => reject(new ProblemError(problem)));
          else if (this.isClosed) settle(() => reject(new DisconnectedError('The client was closed.')));
        }),
      ];
      const settle = (how: () => void): void => {
        for (const each of stop) each();
        how();
      };
    });
  }

  /** Follows a chat from a position on (from its beginning without one). Resolves when everything so far has arrived. */
  watch(chatId: string, from: Partial<ViewPosition> = {}): Promise<WatchedChat> {
    const view = new TakeoverView({ after: from.after ?? 0, offset: from.offset ?? 0 });
    this.views.set(chatId, view);
    this.watched.delete(chatId);
    return this.command('watch', { chatId, ...view.position }).then(
      (watched) => {
        this.watched.add(chatId);
        return watched;
      },
      (error: unknown) => {
        if (error instanceof ProblemError && this.views.get(chatId) === view) this.views.delete(chatId);
        throw error;
      },
    );
  }

  async unwatch(chatId: string): Promise<void> {
    this.views.delete(chatId);
    this.watched.delete(chatId);
    await this.command('unwatch', { chatId });
  }

  /** Where a watched chat stands, for {@link watch} in another connection. */
  positionOf(chatId: string): ViewPosition | null {
    return this.views.get(chatId)?.position ?? null;
  }

  request = (where: Where): Promise<ChatState> => this.command('request', where);
  cancel = (where: Where): Promise<ChatState> => this.command('cancel', where);
  claim = (where: Where): Promise<ChatState> => this.command('claim', where);
  release = (where: Payload<'release'>): Promise<ChatState> => this.command('release', where);
  end = (where: Where): Promise<ChatState> => this.command('end', where);
  reopen = (where: Where): Promise<ChatState> => this.command('reopen', where);
  send = (message: AgentText): Promise<SentMessage> => this.command('send', named(message));
  note = (message: AgentText): Promise<SentMessage> => this.command('note', named(message));
  whisper = (message: AgentText): Promise<SentMessage> => this.command('whisper', named(message));
  updatePresence = (presence: Partial<AgentPresenceState>): Promise<AgentPresenceState> =>
    this.command('presence', presence);

  async typing(chatId: string, isTyping: boolean): Promise<void> {
    await this.command('typing', { chatId, isTyping });
  }

  /** Sends a command and waits for its acknowledgement. */
  async command<Name extends TakeoverCommand>(name: Name, payload: Payload<Name>): Promise<Result<Name>> {
    const deadline = Date.now() + this.timeoutMs;
    for (;;) {
      await this.connectedBy(deadline);
      try {
        return await this.sendOnce(name, payload, deadline - Date.now());
      } catch (error) {
        const mayRepeat = error instanceof DisconnectedError && REPEATABLE.has(name) && Date.now() < deadline;
        if (!mayRepeat || this.isClosed) throw error;
      }
    }
  }

  close(): void {
    this.isClosed = true;
    this.views.clear();
    this.socket.close();
    this.tell('disconnected', null);
  }

  private async sendOnce<Name extends TakeoverCommand>(
    name: Name,
    payload: Payload<Name>,
    timeoutMs: number,
  ): Promise<Result<Name>> {
    // The library cannot tell which acknowledgement belongs to a name that is only known by its type.
    const socket = this.socket.timeout(Math.max(1, timeoutMs)) as unknown as {
      emitWithAck(
        name: string,
        payload: unknown,
      ): Promise<{ ok: true; data: Result<Name> } | { ok: false; problem: Problem }>;
    };
    const answer = await socket.emitWithAck(name, payload).catch(() => {
      throw new DisconnectedError();
    });
    if (!answer.ok) throw new ProblemError(answer.problem);
    return answer.data;
  }

  private async connectedBy(deadline: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DisconnectedError('There is no connection.')), deadline - Date.now());
    });
    await Promise.race([this.whenConnected(), late]).finally(() => clearTimeout(timer));
  }

  private onConnect(): void {
    this.endedBy = null;
    for (const chatId of this.watched) this.resume(chatId);
    this.tell('connected');
  }

  private onRefused(error: Error & { data?: unknown }): void {
    // Without a problem it is the network: the library tries again by itself.
    if (!isProblem(error.data)) return;
    if (error.data.status < 500) this.finish(error.data);
    else this.tryAgain();
  }

  private tryAgain(): void {
    this.socket.disconnect();
    setTimeout(() => this.isClosed || this.socket.connect(), RETRY_MS);
  }

  private onDisconnect(reason: string): void {
    // The server has said goodbye on purpose; the library does not come back then.
    if (reason === 'io server disconnect' && !this.isClosed) {
      if (this.endedBy === null) this.socket.connect();
      else return this.finish(this.endedBy);
    }
    if (!this.isClosed) this.tell('disconnected', null);
  }

  private onEvent(event: ChatEventEnvelope): void {
    if (this.views.get(event.chatId)?.takeEvent(event) === true) this.tell('event', event);
  }

  private onTransient(event: TransientEvent): void {
    if (event.type === 'session.ended') {
      this.endedBy = event.data.problem;
      return;
    }
    if (event.type !== 'message.delta') return this.tell('transient', event);
    const chatId = event.chatId ?? '';
    const delta = this.views.get(chatId)?.takeDelta(event.data) ?? null;
    if (delta === 'gap') this.resume(chatId);
    else if (delta !== null) this.tell('transient', { ...event, data: delta });
  }

  /** Asks for everything after what was seen. */
  private resume(chatId: string): void {
    const view = this.views.get(chatId);
    if (view === undefined || this.resuming.has(chatId)) return;
    this.resuming.add(chatId);
    this.command('watch', { chatId, ...view.position })
      .catch((error: unknown) => {
        // The chat is gone, or not for us any more.
        if (error instanceof ProblemError && this.views.get(chatId) === view) {
          this.views.delete(chatId);
          this.watched.delete(chatId);
        }
      })
      .finally(() => this.resuming.delete(chatId));
  }

  private finish(problem: Problem): void {
    this.endedBy = problem;
    this.socket.disconnect();
    this.tell('disconnected', problem);
  }

  private tell<Name extends keyof TakeoverListeners>(name: Name, ...values: Parameters<TakeoverListeners[Name]>): void {
    for (const listener of this.listeners[name]) (listener as (...values: unknown[]) => void)(...values);
  }
}

/** With a name, a message can be sent again without being said twice. */
const named = (message: AgentText): AgentText => ({ clientMessageId: newIdempotencyKey(), ...message });
