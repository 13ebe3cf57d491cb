import type { ChatEventEnvelope, MessageStatus } from '@app/contracts';
import { placeholders, tokenColumns, toSqlTime, updateRows, type SqlRow } from '@app/database';
import { loseCalls, sumTurnUsage, writeCalls } from '../../accounting/index.js';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { findOpenTurns, speakerOf, type OpenTurn } from './open-turn.js';
import { readChunks } from './turn-chunks.repository.js';
import { NO_USAGE, type FinalTurnStatus, type TurnEnding, type TurnOutcome } from './turn.types.js';

const MESSAGE_STATUS: Record<FinalTurnStatus, MessageStatus> = {
  completed: 'complete',
  failed: 'failed',
  interrupted: 'interrupted',
  superseded: 'interrupted',
};

/**
 * Ends turns within a {@link ChatTransaction}: final message, events, usage. Every turn that ends, for whatever reason, ends through
 * this class. Rows are gathered and written by {@link write}, one statement per table.
 */
export class TurnClosing {
  private readonly turns: (SqlRow & { id: string })[] = [];
  private readonly settled: SqlRow[] = [];
  private readonly lost: string[] = [];
  private readonly recovered: string[] = [];

  constructor(private readonly transaction: ChatTransaction) {}

  /** The running turns of the chats, by id. */
  async findRunning(chats: readonly LockedChat[]): Promise<Map<string, OpenTurn>> {
    const ids = [...new Set(chats.map(({ runningTurnId }) => runningTurnId))].filter((id) => id !== null);
    if (ids.length === 0) return new Map();
    const condition = `t.id IN (${placeholders(ids.length)}) AND t.status = 'running'`;
    const turns = await findOpenTurns(this.transaction, condition, ids);
    return new Map(turns.map((turn) => [turn.id, turn]));
  }

  /** Ends the running turn of the chat. The caller has checked that it is this one. */
  async close(
    chat: LockedChat,
    turn: OpenTurn,
    ending: TurnEnding,
  ): Promise<{ outcome: TurnOutcome; events: ChatEventEnvelope[] }> {
    const { status, usage, error, trace } = ending;
    const chunks = ending.text === null ? await readChunks(this.transaction.manager, turn.id) : [];
    const text = ending.text ?? chunks.map((chunk) => chunk.text).join('');
    const events = text === '' && status !== 'completed' ? [] : [this.addMessage(chat, turn, text, status)];
    events.push(
      this.transaction.addEvent(chat, {
        type: 'turn.ended',
        actor: speakerOf(turn),
        data: { turnId: turn.id, status, usage, error },
      }),
    );
    this.turns.push(endedRow(ending, this.transaction.at));
    this.settled.push(...ending.settled);
    if (ending.isLost) this.lost.push(turn.id);
    if (turn.recoveries > 0) this.recovered.push(turn.id);
    chat.runningTurnId = null;
    const outcome = {
      turnId: turn.id,
      chatId: chat.id,
      botId: turn.botId,
      status,
      chatDisplayName: chat.displayName,
      userMessage: turn.inputText,
      text,
      usage,
      error,
      trace,
      metaData: ending.metaData,
    };
    return { outcome, events };
  }

  /** Ends the queued turns of a chat in which the bot may no longer speak, so that their callers get an answer. */
  async supersedeQueued(chat: LockedChat): Promise<ChatEventEnvelope[]> {
    if (chat.queuedTurns === 0) return [];
    const condition = `t.chat_id = ? AND t.status = 'queued' ORDER BY t.seq`;
    const turns = await findOpenTurns(this.transaction, condition, [chat.id]);
    await this.endQueued([chat], 'superseded');
    return turns.map((turn) =>
      this.transaction.addEvent(chat, {
        type: 'turn.ended',
        actor: speakerOf(turn),
        data: { turnId: turn.id, status: 'superseded', usage: NO_USAGE, error: null },
      }),
    );
  }

  /** Ends the queued turns of the chats without events. */
  async endQueued(chats: readonly LockedChat[], status: FinalTurnStatus): Promise<void> {
    if (chats.length === 0) return;
    const { manager, at } = this.transaction;
    await manager.query(
      `UPDATE turns SET status = ?, ended_at = ? WHERE status = 'queued' AND chat_id IN (${placeholders(chats.length)})`,
      [status, toSqlTime(at), ...chats.map(({ id }) => id)],
    );
    for (const chat of chats) chat.queuedTurns = 0;
  }

  async write(): Promise<void> {
    const { manager } = this.transaction;
    await updateRows(manager, 'turns', this.turns);
    await writeCalls(manager, this.settled);
    await loseCalls(manager, this.lost);
    await sumTurnUsage(manager, this.recovered);
    const ended = this.turns.map(({ id }) => id);
    if (ended.length === 0) return;
    await manager.query(`DELETE FROM turn_chunks WHERE turn_id IN (${placeholders(ended.length)})`, ended);
  }

  private addMessage(chat: LockedChat, turn: OpenTurn, text: string, turnStatus: FinalTurnStatus): ChatEventEnvelope {
    const status = MESSAGE_STATUS[turnStatus];
    const id = turn.outputMessageId;
    const event = this.transaction.addEvent(chat, {
      type: 'message.completed',
      actor: speakerOf(turn),
      data: { messageId: id, turnId: turn.id, text, status },
      messageId: id,
    });
    this.transaction.addMessage(chat, { id, seq: event.seq, author: 'bot', text, status, turnId: turn.id });
    return event;
  }
}

const endedRow = (ending: TurnEnding, at: Date): SqlRow & { id: string } => ({
  id: ending.turnId,
  status: ending.status,
  service_id: ending.serviceId,
  model: ending.model,
  attempts: ending.attempts,
  ...tokenColumns(ending.usage),
  is_usage_estimated: ending.usage.isEstimated,
  error: ending.error && JSON.stringify(ending.error),
  trace: ending.trace && JSON.stringify(ending.trace),
  meta_data: ending.metaData && JSON.stringify(ending.metaData),
  context_from: ending.contextFrom,
  kept: ending.kept && JSON.stringify(ending.kept),
  lease_until: null,
  ended_at: toSqlTime(at),
});
