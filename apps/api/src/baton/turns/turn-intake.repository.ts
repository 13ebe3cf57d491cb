import { AppConfig, AppError, notFound } from '@app/common';
import type { Actor, ChatEventEnvelope } from '@app/contracts';
import { dialectOf, GroupCommit, insertRows, placeholders, SqlExpression, toSqlTime, type SqlRow } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { passBaton, type PassedBaton } from './ownership-change.js';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import { attach, findKnownRequests, findKnownTexts, keep, type KnownRequest } from './known-requests.js';
import type { AcceptedMessage, IncomingMessage } from './turn.types.js';

const TITLE_LENGTH = 80;

/** Takes customers' messages in: message, turn and events in one commit, which the messages of the same instant share. */
@Injectable()
export class TurnIntakeRepository {
  private readonly commits = new GroupCommit((messages: IncomingMessage[]) => this.acceptAll(messages));
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Stores the message. Its turn begins at once if none is running, else it waits. A request key seen before attaches to that
   * request's turn and stores nothing.
   */
  acceptMessage(message: IncomingMessage): Promise<AcceptedMessage> {
    return this.commits.submit(message);
  }

  private acceptAll(messages: IncomingMessage[]): Promise<AcceptedMessage[]> {
    const chatIds = messages.map(({ chatId }) => chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const known = await findKnownRequests(transaction, messages);
      const texts = await findKnownTexts(transaction, messages);
      const greeted = await findGreetedChats(transaction, messages);
      const turns: SqlRow[] = [];
      const accepted: AcceptedMessage[] = [];
      for (const message of messages) {
        const text = texts.get(message.messageId);
        const isKept = text !== undefined && !known.has(message.requestKey ?? '');
        const result = isKept ? keep(message, text) : await this.accept(transaction, message, known, turns, greeted);
        if (result.kind === 'handed_over') texts.set(message.messageId, message.text);
        accepted.push(result);
      }
      await insertRows(transaction.manager, 'turns', turns);
      return accepted;
    });
  }

  private async accept(
    transaction: ChatTransaction,
    message: IncomingMessage,
    known: Map<string, KnownRequest>,
    turns: SqlRow[],
    greeted: Set<string>,
  ): Promise<AcceptedMessage> {
    const chat = transaction.chat(message.chatId);
    if (!chat) return { kind: 'rejected', error: notFound('The chat') };
    const earlier = message.requestKey === null ? undefined : known.get(message.requestKey);
    if (earlier) return attach(earlier, message);
    if (chat.owner === 'closed') return { kind: 'rejected', error: new AppError('CHAT_CLOSED') };
    const passed = await this.passWhenAskedFor(transaction, chat, message, turns);
    if (chat.runningTurnId !== null && chat.queuedTurns >= this.config.turns.queueLimit) {
      return { kind: 'rejected', error: new AppError('CHAT_QUEUE_FULL', { retryAfterSeconds: 5 }) };
    }
    const created = this.storeMessage(transaction, chat, message);
    if (chat.owner !== 'bot') {
      const events = [...(passed?.events ?? []), created];
      return { kind: 'handed_over', messageId: message.messageId, cutTurnId: passed?.cutTurnId ?? null, events };
    }

    const isFirst = chat.runningTurnId === null;
    const events = [created];
    if (!greeted.has(chat.id)) events.push(...this.storeNotice(transaction, chat, message));
    greeted.add(chat.id);
    turns.push(this.turnRow(message, chat, created.seq, isFirst, transaction.at));
    if (message.requestKey !== null) {
      known.set(message.requestKey, {
        id: message.turnId,
        seq: created.seq,
        request_key: message.requestKey,
        request_hash: message.requestHash ?? '',
      });
    }
    if (!isFirst) {
      chat.queuedTurns++;
      return { kind: 'queued', turnId: message.turnId, seq: created.seq, events };
    }
    chat.runningTurnId = message.turnId;
    const started = transaction.addEvent(chat, {
      type: 'turn.started',
      actor: { kind: 'bot', id: message.botId, name: message.botName },
      data: {
        turnId: message.turnId,
        messageId: message.outputMessageId,
        inputMessageId: message.messageId,
        botId: message.botId,
      },
    });
    const turn = {
      turnId: message.turnId,
      chatId: chat.id,
      epoch: chat.epoch,
      botId: message.botId,
      seq: created.seq,
      startedSeq: started.seq,
      inputText: message.text,
      outputMessageId: message.outputMessageId,
      options: message.options,
    };
    return { kind: 'started', turn, events: [...events, started] };
  }

  /** The customer's own words ask for a person, who finds them below the change of holder. */
  private async passWhenAskedFor(
    transaction: ChatTransaction,
    chat: LockedChat,
    { asksForPerson, customer }: IncomingMessage,
    turns: SqlRow[],
  ): Promise<PassedBaton | null> {
    if (!asksForPerson || chat.owner !== 'bot') return null;
    // Turns that messages of the same instant have begun end with the others.
    await insertRows(transaction.manager, 'turns', turns.splice(0));
    return passBaton(transaction, chat, {
      transition: 'request',
      reason: 'rule',
      actor: { kind: 'customer', ...customer },
      agent: null,
      runningAnswer: 'keep',
      lease: 'NULL',
    });
  }

  private storeMessage(transaction: ChatTransaction, chat: LockedChat, message: IncomingMessage) {
    const { messageId: id, text } = message;
    const turnId = chat.owner === 'bot' ? message.turnId : null;
    const actor: Actor = { kind: 'customer', ...message.customer };
    if (chat.displayName === '') chat.displayName = titleOf(text);
    const event = transaction.addEvent(chat, {
      type: 'message.created',
      actor,
      data: { messageId: id, author: 'customer', text, turnId },
      messageId: id,
    });
    transaction.addMessage(chat, { id, seq: event.seq, author: 'customer', text, status: 'complete', turnId });
    return event;
  }

  /** Before a bot's first answer the customer is told who is speaking. */
  private storeNotice(
    transaction: ChatTransaction,
    chat: LockedChat,
    { notice, turnId }: IncomingMessage,
  ): ChatEventEnvelope[] {
    if (notice === '') return [];
    const id = uuidv7();
    const event = transaction.addEvent(chat, {
      type: 'message.created',
      actor: { kind: 'system', id: null, name: '' },
      data: { messageId: id, author: 'system', text: notice, turnId },
      messageId: id,
    });
    transaction.addMessage(chat, {
      id,
      seq: event.seq,
      author: 'system',
      text: notice,
      status: 'complete',
      turnId: null,
    });
    return [event];
  }

  private turnRow(message: IncomingMessage, chat: LockedChat, seq: number, isRunning: boolean, at: Date): SqlRow {
    const lease = new SqlExpression(dialectOf(this.dataSource).nowPlus(this.config.turns.leaseMs));
    return {
      id: message.turnId,
      chat_id: chat.id,
      bot_id: message.botId,
      seq,
      epoch: chat.epoch,
      status: isRunning ? 'running' : 'queued',
      input_message_id: message.messageId,
      output_message_id: message.outputMessageId,
      attempts: 0,
      recoveries: 0,
      options: JSON.stringify(message.options),
      input_tokens: 0,
      cached_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
      is_usage_estimated: false,
      user_key: message.userKey,
      request_key: message.requestKey,
      request_hash: message.requestHash,
      lease_until: isRunning ? lease : null,
      created_at: toSqlTime(at),
      started_at: isRunning ? toSqlTime(at) : null,
    };
  }
}

/** Of the chats whose bots have something to say of themselves, those where a bot has been asked before. */
async function findGreetedChats(transaction: ChatTransaction, messages: IncomingMessage[]): Promise<Set<string>> {
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

/** The first words of the first message name the chat until somebody names it. */
export function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= TITLE_LENGTH
    ? line
    : `${line
        .slice(0, TITLE_LENGTH - 1)
        .toWellFormed()
        .trimEnd()}…`;
}
