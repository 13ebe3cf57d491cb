import { newIdempotencyKey, type ChatEventEnvelope, type TransientEvent } from '@baton/client';
import { ProblemError } from '@baton/client/takeover';
import { Api, ApiError } from '../api.js';
import { ChatReader } from './chat-reader.js';
import { EMPTY, withDelta, withEarlier, withEvent, withRemark, withState, type Remark } from './conversation.js';
import { Outbox, type Draft } from './outbox.js';
import type { Settings } from '../settings.js';
import { BotStorage, type Keeper } from './storage.js';
import { FIRST_VIEW, type View } from '../view/view.js';
import { Visitor } from './visitor.js';

const PAGE = 100;
const TYPING_LASTS_MS = 6000;
const RETRY_MS = 2000;
const MAX_RETRY_MS = 30_000;

/**
 * One visitor's chat with one bot. What happens in it is read from the socket alone; what the visitor does goes out by plain requests,
 * which can be repeated without being done twice.
 */
export class ChatSession {
  private view: View;
  private readonly api: Api;
  private readonly storage: BotStorage;
  private readonly outbox: Outbox;
  private readonly listeners = new Set<() => void>();
  private readonly visitor: Visitor;
  private readonly reader: ChatReader;
  private chatId: string | null;
  /** Events from here on are shown. */
  private from = 0;
  private creating: Promise<string> | null = null;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  /** A command of the visitor's is under way. */
  private isActing = false;
  private isNotified = false;

  constructor(
    private readonly settings: Settings,
    keeper: Keeper | null,
  ) {
    this.api = new Api(settings);
    this.storage = new BotStorage(settings.bot.botId, undefined, keeper);
    this.visitor = new Visitor(this.api, this.storage, settings.bot.code);
    this.reader = new ChatReader(settings.server, this.api, () => this.visitor.freshToken(), {
      event: (event) => this.take(event),
      transient: (event) => this.takeTransient(event),
      connection: (isConnected, refusal) => this.onConnection(isConnected, refusal),
    });
    this.chatId = this.storage.read().chatId;
    this.outbox = new Outbox(this.storage, {
      deliver: (draft) => this.deliverAndTell(draft),
      changed: (drafts) => this.show({ drafts }),
    });
    this.view = { ...FIRST_VIEW, drafts: this.outbox.all, hasChat: this.chatId !== null };
  }

  get current(): View {
    return this.view;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Finds out who the visitor is and takes the last chat up again. Tries until the server answers. */
  async start(): Promise<void> {
    this.storage.onChange(({ chatId }) => this.adopt(chatId));
    addEventListener('online', () => this.outbox.resume());
    for (let pause = RETRY_MS; !this.visitor.isKnown; pause = Math.min(pause * 2, MAX_RETRY_MS)) {
      try {
        await this.visitor.renew();
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return this.show({ phase: 'unavailable' });
        const { status, code, retryAfterSeconds } = error instanceof ApiError ? error : new ApiError(0, '');
        this.show(status === 0 ? { isConnected: false } : { refusal: code });
        const asked = (retryAfterSeconds ?? 0) * 1000;
        await new Promise((resolve) => setTimeout(resolve, Math.max(pause, asked)));
      }
    }
    this.show({ isConnected: true, refusal: null });
    await this.open();
  }

  say(text: string): void {
    this.outbox.add(text, this.view.conversation.lastSeq);
  }

  retry(key: string): void {
    this.outbox.retry(key);
  }

  discard(key: string): void {
    this.outbox.discard(key);
  }

  askForPerson(): Promise<void> {
    return this.act('request');
  }

  stopWaiting(): Promise<void> {
    return this.act('cancel');
  }

  end(): Promise<void> {
    return this.act('end');
  }

  async stopAnswer(): Promise<void> {
    if (this.chatId !== null) await this.api.stopAnswer(this.visitor.token, this.chatId).catch(ignore);
  }

  /** The next message begins another chat. */
  startNewChat(remark: Remark['text'] | null = null): void {
    this.reader.close();
    this.chatId = null;
    this.from = 0;
    this.creating = null;
    this.storage.write({ chatId: null, lastSeq: 0, creating: null });
    this.outbox.moveToNewChat();
    const conversation = remark === null ? EMPTY : withRemark(EMPTY, remark);
    const nothing = { hasEarlier: false, typist: '', hasChat: false, refusal: null };
    this.show({ ...nothing, conversation, isConnected: true, phase: 'ready' });
    void this.outbox.send();
  }

  /** The page before the first that is shown. Goes on until there is something to see. */
  async loadEarlier(): Promise<void> {
    const { chatId } = this;
    if (chatId === null || this.from === 0) return;
    const after = Math.max(0, this.from - PAGE);
    const page = await this.api.readEvents(this.visitor.token, chatId, after, this.from - after).catch(() => null);
    if (page === null || chatId !== this.chatId) return;
    const count = this.view.conversation.lines.length;
    const conversation = withEarlier(this.view.conversation, page.items);
    this.from = after;
    this.show({ conversation, hasEarlier: after > 0 });
    if (conversation.lines.length === count) await this.loadEarlier();
  }

  /** The visitor types, which a person who reads along is told. */
  type(isTyping: boolean): void {
    const { owner } = this.view.conversation;
    if (this.chatId !== null && (owner === 'human' || owner === 'requested'))
      this.reader.tellTyping(this.chatId, isTyping);
  }

  /** Follows the chat that is remembered. */
  private async open(): Promise<void> {
    const { chatId } = this;
    if (chatId === null) {
      this.show({ phase: 'ready' });
      return this.outbox.send();
    }
    const seen = this.view.conversation.lastSeq;
    if (seen === 0) this.from = Math.max(0, this.storage.read().lastSeq - PAGE);
    try {
      const state = await this.reader.open(chatId, Math.max(seen, this.from));
      if (state === null) return;
      const conversation = withState(this.view.conversation, state);
      this.show({ phase: 'ready', conversation, hasEarlier: this.from > 0 });
    } catch (error) {
      const status = error instanceof ProblemError ? error.problem.status : 0;
      if (status === 404) this.startNewChat('gone');
      else if (status !== 401) setTimeout(() => chatId === this.chatId && void this.open(), RETRY_MS);
    }
    void this.outbox.send();
  }

  private onConnection(isConnected: boolean, refusal: number | null): void {
    this.show({ isConnected, ...(!isConnected && { typist: '' }) });
    if (isConnected) this.outbox.resume();
    if (refusal === 404) this.startNewChat('gone');
    // The token has expired or means nothing here any more.
    if (refusal === 401) this.beAgain().catch(() => setTimeout(() => this.onConnection(false, refusal), RETRY_MS));
  }

  /** A new token; with another visitor's name, the chat is no longer ours. */
  private async beAgain(): Promise<void> {
    if (await this.visitor.renew()) await this.open();
    else this.startNewChat('expired');
  }

  private async deliverAndTell(draft: Draft): Promise<void> {
    try {
      await this.deliver(draft);
      if (this.reader.isUndisturbed) this.show({ isConnected: true });
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) this.show({ isConnected: false });
      throw error;
    }
  }

  private async deliver({ key, text }: Draft): Promise<void> {
    try {
      const chatId = await this.ensureChat();
      await this.api.say(this.visitor.token, key, chatId, text);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) await this.beAgain();
      else if (error.status === 404) this.startNewChat('gone');
      else throw error;
      // Tried once more with the current session and chat.
      const chatId = await this.ensureChat();
      await this.api.say(this.visitor.token, key, chatId, text);
    }
  }

  /** The chat; it begins with the first thing that the visitor does. */
  private async ensureChat(): Promise<string> {
    if (this.chatId !== null) return this.chatId;
    const creating = (this.creating ??= this.createChat());
    const chatId = await creating.finally(() => {
      if (this.creating === creating) this.creating = null;
    });
    if (this.chatId === null) {
      this.chatId = chatId;
      this.storage.write({ chatId, lastSeq: 0, creating: null });
      this.show({ hasChat: true });
      void this.open();
    }
    return chatId;
  }

  private createChat(): Promise<string> {
    const key = this.storage.read().creating ?? newIdempotencyKey();
    this.storage.write({ creating: key });
    return this.api.createChat(this.visitor.token, key, this.settings.bot.botId);
  }

  /** Another tab has begun, left or ended a chat. */
  private adopt(chatId: string | null): void {
    if (chatId === this.chatId || chatId === null) return;
    this.chatId = chatId;
    this.show({ phase: 'starting', conversation: EMPTY, hasEarlier: false, typist: '', hasChat: true });
    // Who does not know yet who we are opens it then.
    if (!this.visitor.isKnown) return;
    this.visitor.adopt(this.storage.read().token);
    void this.open();
  }

  private async act(action: 'request' | 'cancel' | 'end'): Promise<void> {
    if (this.isActing) return;
    this.isActing = true;
    this.show({ refusal: null });
    try {
      const chatId = await this.ensureChat();
      await this.api.act(this.visitor.token, chatId, action);
    } catch (error) {
      const { status, code } = error instanceof ApiError ? error : new ApiError(500, 'INTERNAL');
      if (status === 401) await this.beAgain().catch(ignore);
      else if (status === 404) this.startNewChat('gone');
      // What has changed already comes as an event.
      else if (status !== 409) this.show({ refusal: code });
    }
    this.isActing = false;
  }

  private take(event: ChatEventEnvelope): void {
    const { data, type } = event;
    if (type === 'message.created' && data.author === 'customer') this.outbox.settle(data.text, event.seq);
    const isWord = type === 'message.created' || type === 'message.completed' || type === 'ownership.changed';
    const conversation = withEvent(this.view.conversation, event);
    // Another tab may be in another chat already.
    if (this.storage.read().chatId === this.chatId) this.storage.write({ lastSeq: event.seq });
    this.show({ conversation, ...(isWord && event.actor.kind !== 'customer' && { typist: '' }) });
  }

  private takeTransient(event: TransientEvent): void {
    const { conversation } = this.view;
    if (event.type === 'message.delta') this.show({ conversation: withDelta(conversation, event.data) });
    else if (event.type === 'queue.position' && conversation.owner === 'requested')
      this.show({ conversation: { ...conversation, position: event.data.position } });
    else if (event.type === 'typing' && event.data.actor.kind === 'agent') {
      clearTimeout(this.typingTimer);
      this.show({ typist: event.data.isTyping ? event.data.actor.name : '' });
      this.typingTimer = setTimeout(() => this.show({ typist: '' }), TYPING_LASTS_MS);
    }
  }

  /** What changes in one go is drawn once. */
  private show(changes: Partial<View>): void {
    this.view = { ...this.view, ...changes };
    if (this.isNotified) return;
    this.isNotified = true;
    queueMicrotask(() => {
      this.isNotified = false;
      for (const listener of this.listeners) listener();
    });
  }
}

const ignore = (): void => undefined;
