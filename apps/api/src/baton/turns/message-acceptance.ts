import { AppError, instanceFull, notFound } from '@app/common';
import type { Actor, ChatEventEnvelope } from '@app/contracts';
import { placeholders } from '@app/database';
import { uuidv7 } from 'uuidv7';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { titleOf } from './chat-title.js';
import { KnownRequests } from './known-requests.js';
import { changeOwnership, type ChangedOwnership } from './ownership-change.js';
import { TurnOpening } from './turn-opening.js';
import type { AcceptedMessage, IncomingMessage } from './turn.types.js';

export interface AcceptanceLimits {
  /** Turns that may wait in a chat. */
  queueLimit: number;
  leaseMs: number;
}

/** Accepts customers' messages within a {@link ChatTransaction}; {@link write} must follow the last one. */
export class MessageAcceptance {
  private readonly opening: TurnOpening;

  private constructor(
    private readonly transaction: ChatTransaction,
    private readonly known: KnownRequests,
    /** Chats whose customers have been told that a bot answers. */
    private readonly greeted: Set<string>,
    private readonly limits: AcceptanceLimits,
  ) {
    this.opening = new TurnOpening(transaction, limits.leaseMs);
  }

  static async prepare(
    transaction: ChatTransaction,
    messages: readonly IncomingMessage[],
    limits: AcceptanceLimits,
  ): Promise<MessageAcceptance> {
    const known = await KnownRequests.find(transaction, messages);
    return new MessageAcceptance(transaction, known, await findGreetedChats(transaction, messages), limits);
  }

  async accept(message: IncomingMessage): Promise<AcceptedMessage> {
    const chat = this.transaction.chat(message.chatId);
    if (!chat) return { kind: 'rejected', error: notFound('The chat') };
    const repeated = this.known.resultOf(message);
    if (repeated) return repeated;
    if (chat.owner === 'closed') return { kind: 'rejected', error: new AppError('CHAT_CLOSED') };
    const handoff = await this.requestHandoff(chat, message);
    if (chat.runningTurnId !== null && chat.queuedTurns >= this.limits.queueLimit)
      return { kind: 'rejected', error: new AppError('CHAT_QUEUE_FULL', { retryAfterSeconds: 5 }) };
    if (chat.owner === 'bot' && chat.runningTurnId === null && !message.mayStart)
      return { kind: 'rejected', error: instanceFull('Too many answers are under way.') };
    const created = this.addMessage(chat, message);
    if (chat.owner === 'bot') return this.addTurn(chat, message, created);
    this.known.addText(message);
    const events = [...(handoff?.events ?? []), created];
    return {
      kind: 'handed_over',
      messageId: message.messageId,
      revokedTurnId: handoff?.revokedTurnId ?? null,
      events,
    };
  }

  write(): Promise<void> {
    return this.opening.write();
  }

  private addTurn(chat: LockedChat, message: IncomingMessage, created: ChatEventEnvelope): AcceptedMessage {
    const events = [created, ...this.addNotice(chat, message)];
    const { turnId } = message;
    const { seq } = created;
    this.known.addTurn(message, seq);
    const turn = {
      id: turnId,
      botId: message.botId,
      botName: message.botName,
      seq,
      inputMessageId: message.messageId,
      inputText: message.text,
      outputMessageId: message.outputMessageId,
      options: message.options,
      userKey: message.userKey,
      recoveries: 0,
    };
    const opened = this.opening.add(chat, turn, message);
    if (opened === null) return { kind: 'queued', turnId, seq, events };
    return { kind: 'started', turn: opened.turn, events: [...events, opened.event] };
  }

  /** The change of the owner comes first, so that the agent finds the message below it. */
  private async requestHandoff(
    chat: LockedChat,
    { requestsHandoff, customer }: IncomingMessage,
  ): Promise<ChangedOwnership | null> {
    if (!requestsHandoff || chat.owner !== 'bot') return null;
    // Turns that earlier messages of this transaction have started end with the others.
    await this.opening.write();
    const actor: Actor = { kind: 'customer', ...customer };
    return changeOwnership(this.transaction, chat, { transition: 'request', reason: 'rule', actor });
  }

  private addMessage(chat: LockedChat, message: IncomingMessage): ChatEventEnvelope {
    const { messageId: id, text } = message;
    const turnId = chat.owner === 'bot' ? message.turnId : null;
    if (chat.displayName === '') chat.displayName = titleOf(text);
    const event = this.transaction.addEvent(chat, {
      type: 'message.created',
      actor: { kind: 'customer', ...message.customer },
      data: { messageId: id, author: 'customer', text, turnId },
      messageId: id,
    });
    const { seq } = event;
    this.transaction.addMessage(chat, { id, seq, author: 'customer', text, status: 'complete', turnId });
    return event;
  }

  /** Before a bot's first answer the customer is told that a bot answers. */
  private addNotice(chat: LockedChat, { notice: text, turnId }: IncomingMessage): ChatEventEnvelope[] {
    const isGreeted = this.greeted.has(chat.id);
    this.greeted.add(chat.id);
    if (isGreeted || text === '') return [];
    const id = uuidv7();
    const event = this.transaction.addEvent(chat, {
      type: 'message.created',
      actor: { kind: 'system', id: null, name: '' },
      data: { messageId: id, author: 'system', text, turnId },
      messageId: id,
    });
    const { seq } = event;
    this.transaction.addMessage(chat, { id, seq, author: 'system', text, status: 'complete', turnId: null });
    return [event];
  }
}

/** Of the chats whose bots have a notice for their customers, those in which a bot was asked before. */
async function findGreetedChats(
  transaction: ChatTransaction,
  messages: readonly IncomingMessage[],
): Promise<Set<string>> {
  const mayBeGreeted = ({ chatId, notice }: IncomingMessage): boolean =>
    notice !== '' && (transaction.chat(chatId)?.nextSeq ?? 1) > 1;
  const chatIds = [...new Set(messages.filter(mayBeGreeted).map(({ chatId }) => chatId))];
  if (chatIds.length === 0) return new Set();
  const rows = await transaction.manager.query<{ id: string }[]>(
    `SELECT c.id FROM chats c WHERE c.id IN (${placeholders(chatIds.length)})
     AND EXISTS (SELECT 1 FROM turns t WHERE t.chat_id = c.id)`,
    chatIds,
  );
  return new Set(rows.map(({ id }) => id));
}
