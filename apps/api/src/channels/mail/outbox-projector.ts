import { databaseTime, WorkLoop } from '@app/common';
import type { ChatEventEnvelope } from '@app/contracts';
import { Logger } from '@nestjs/common';
import { ChatLogService, type LoggedEvent } from '../../baton/index.js';
import { OutboxProjectionRepository, type ChatBehind } from './outbox-projection.repository.js';
import type { NewOutboxMessage } from './outbox.repository.js';

const POLL_MS = 5000;
const EVENTS_PER_READ = 100;
const CHATS_AT_A_TIME = 8;
const CHATS_PER_SEARCH = 500;
/** Longer than an instance can take to project an event that it has written. */
const RECENT_MS = 600_000;
const REMEMBERED_CHATS = 20_000;

/** What a channel makes of the logs of its chats. */
export interface ProjectedChannel {
  /** As in the column `channel`. */
  name: string;
  /** The customer's text when there will be no answer. */
  errorText: () => string;
  /** A bot's answer, which is Markdown, as the channel writes it. People write as the channel does. */
  format: (markdown: string) => string;
  /** The texts as which one text is sent, in this order. */
  split: (text: string) => string[];
  onMessages: () => void;
}

/**
 * Turns the log of a channel's chats into messages of the outbox. The log is the only source: the author and the surface of an event do
 * not matter. Each event is projected once, because its messages and the chat's place are one commit.
 */
export class OutboxProjector {
  private readonly logger = new Logger(OutboxProjector.name);
  private readonly changed = new Set<string>();
  /** Whether a chat is of this channel; that never changes. */
  private readonly isOwn = new Map<string, boolean>();
  private lastSearch = Number.NEGATIVE_INFINITY;
  private lastFullSearch = Number.NEGATIVE_INFINITY;
  private readonly loop: WorkLoop;

  constructor(
    private readonly log: ChatLogService,
    private readonly projection: OutboxProjectionRepository,
    private readonly channel: ProjectedChannel,
  ) {
    this.loop = new WorkLoop(`Reading the logs for ${channel.name}`, POLL_MS, () => this.projectChanged());
  }

  start(): void {
    this.log.onChanged((chatId) => {
      if (this.isOwn.get(chatId) === false) return;
      this.changed.add(chatId);
      this.loop.wake();
    });
    this.loop.start();
    this.loop.wake();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async projectChanged(): Promise<boolean> {
    await this.findMissed();
    const chatIds = [...this.changed];
    this.changed.clear();
    await this.learn(chatIds.filter((chatId) => !this.isOwn.has(chatId)));
    const own = chatIds.filter((chatId) => this.isOwn.get(chatId));
    for (let index = 0; index < own.length; index += CHATS_AT_A_TIME)
      await Promise.all(own.slice(index, index + CHATS_AT_A_TIME).map((chatId) => this.tryToProject(chatId)));
    return this.changed.size > 0;
  }

  /** What instances committed that stopped before they could project it; after the start, however old it is. */
  private async findMissed(): Promise<void> {
    const now = performance.now();
    if (now - this.lastSearch < POLL_MS * 0.9) return;
    const isFull = now - this.lastFullSearch > RECENT_MS;
    const since = isFull ? null : new Date(databaseTime().getTime() - RECENT_MS);
    const missed = await this.projection.findAllBehind(this.channel.name, since, CHATS_PER_SEARCH);
    for (const chatId of missed) this.changed.add(chatId);
    if (missed.length === CHATS_PER_SEARCH) return;
    this.lastSearch = now;
    if (isFull) this.lastFullSearch = now;
  }

  private async learn(chatIds: string[]): Promise<void> {
    if (chatIds.length === 0) return;
    if (this.isOwn.size > REMEMBERED_CHATS) this.isOwn.clear();
    const own = await this.projection.findOwn(this.channel.name, chatIds);
    for (const chatId of chatIds) this.isOwn.set(chatId, own.has(chatId));
  }

  /** A chat that fails does not hold up the others; it is found again as one that was missed. */
  private async tryToProject(chatId: string): Promise<void> {
    try {
      await this.project(chatId);
    } catch (error) {
      this.logger.error({ err: error, chatId }, 'A chat could not be put into the outbox; trying again');
    }
  }

  private async project(chatId: string): Promise<void> {
    for (;;) {
      const behind = await this.projection.findBehind(chatId);
      if (behind === null) return;
      const read = await this.log.readEvents(chatId, behind.deliveredSeq, EVENTS_PER_READ);
      const logged = completeTurns(read, read.length === EVENTS_PER_READ);
      const last = logged.at(-1);
      if (last === undefined) return;
      const events = logged.filter(({ audience }) => audience !== 'agents').map(({ event }) => event);
      const messages = withoutRepeated(events).flatMap((event) => this.messagesOf(behind, event));
      if (!(await this.projection.advance(behind, last.event.seq, messages))) return;
      if (messages.length > 0) this.channel.onMessages();
    }
  }

  private messagesOf({ chatId, lane }: ChatBehind, event: ChatEventEnvelope): NewOutboxMessage[] {
    const said = saidIn(event, this.channel.errorText());
    if (said === null) return [];
    const text = event.type === 'message.completed' ? this.channel.format(said.text) : said.text;
    return this.channel.split(text).map((part, index) => ({
      channel: this.channel.name,
      lane,
      chatId,
      messageId: said.messageId,
      sourceKey: `${chatId}:${event.seq}:${index}`,
      text: part,
    }));
  }
}

/** A turn's message and its end are written together. Where a read ends between them, the message is left to the next one. */
const completeTurns = (events: LoggedEvent[], isCut: boolean): LoggedEvent[] =>
  isCut && events.at(-1)?.event.type === 'message.completed' ? events.slice(0, -1) : events;

/** Of an answer that was repeated, only the repetition is sent. */
export function withoutRepeated(events: ChatEventEnvelope[]): ChatEventEnvelope[] {
  const repeated = new Set(
    events.map(({ type, data }) =>
      type === 'turn.ended' && data.error?.code === 'TURN_REPEATED' ? data.turnId : null,
    ),
  );
  return events.filter(
    ({ type, data }) => !((type === 'message.completed' || type === 'turn.ended') && repeated.has(data.turnId)),
  );
}

/** What the customer is sent for an event: the messages of all other authors, and that there will be no answer. */
export function saidIn(
  { type, data }: ChatEventEnvelope,
  errorText: string,
): { messageId: string | null; text: string } | null {
  switch (type) {
    case 'message.created':
      return data.author === 'customer' ? null : data;
    case 'message.completed':
      return data.status === 'failed' ? null : data;
    case 'turn.ended': {
      // An answer that an agent interrupted has no error: the agent answers. One that the model's limit cut has been sent as far as it goes.
      const isCutShort = data.error === null || data.error.code === 'PROVIDER_ANSWER_CUT';
      const isLost = data.status === 'failed' || (data.status === 'interrupted' && !isCutShort);
      return isLost ? { messageId: null, text: errorText } : null;
    }
    case 'turn.started':
    case 'tool.called':
    case 'tool.returned':
    case 'ownership.changed':
    case 'note.created':
    case 'whisper.created':
    case 'delivery.failed':
      return null;
  }
}
