import type { Actor, ChatEventEnvelope, MessageStatus, TurnUsage } from '@app/contracts';
import { fromSqlJson, insertRows, placeholders, toSqlTime, updateRows, USAGE_TYPE, type SqlRow } from '@app/database';
import { uuidv7 } from 'uuidv7';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { readChunks } from './turn-chunks.repository.js';
import { NO_USAGE, type FinalTurnStatus, type TurnEnding, type TurnOutcome } from './turn.types.js';

/** A turn that has not ended, with what its end needs to know. */
export interface OpenTurnRow {
  id: string;
  chat_id: string;
  bot_id: string;
  bot_name: string;
  seq: number;
  epoch: number;
  output_message_id: string;
  input_message_id: string;
  input_text: string | null;
  options: string;
  user_key: string;
}

export const SELECT_OPEN_TURN = `SELECT t.id, t.chat_id, t.bot_id, b.display_name AS bot_name, t.seq, t.epoch, t.output_message_id,
  t.input_message_id, m.text AS input_text, t.options, t.user_key
  FROM turns t JOIN bots b ON b.id = t.bot_id LEFT JOIN messages m ON m.id = t.input_message_id`;

const MESSAGE_STATUS: Record<FinalTurnStatus, MessageStatus> = {
  completed: 'complete',
  failed: 'failed',
  interrupted: 'interrupted',
  superseded: 'interrupted',
};

export const speakerOf = (turn: OpenTurnRow): Actor => ({ kind: 'bot', id: turn.bot_id, name: turn.bot_name });
export const inputTextOf = (turn: OpenTurnRow): string =>
  turn.input_text === null ? '' : fromSqlJson<string>(turn.input_text);

/**
 * Ends turns within a {@link ChatTransaction}: final message, events, usage. Rows are gathered and written by {@link write}, one
 * statement a table. Whoever ends a turn, for whatever reason, ends it through this class.
 */
export class TurnClosing {
  private readonly turns: (SqlRow & { id: string })[] = [];
  private readonly ledger: SqlRow[] = [];

  constructor(private readonly transaction: ChatTransaction) {}

  async findRunning(ids: string[]): Promise<Map<string, OpenTurnRow>> {
    if (ids.length === 0) return new Map();
    const rows = await this.transaction.manager.query<OpenTurnRow[]>(
      `${SELECT_OPEN_TURN} WHERE t.id IN (${placeholders(ids.length)}) AND t.status = 'running'`,
      ids,
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Ends the turn that holds the chat. The caller has made sure that it is the one. */
  async close(
    chat: LockedChat,
    turn: OpenTurnRow,
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
    this.ledger.push(ledgerRow(turn, ending, this.transaction.at));
    chat.runningTurnId = null;
    const outcome = {
      turnId: turn.id,
      chatId: chat.id,
      botId: turn.bot_id,
      status,
      chatDisplayName: chat.displayName,
      userMessage: inputTextOf(turn),
      text,
      usage,
      error,
      trace,
      metaData: ending.metaData,
    };
    return { outcome, events };
  }

  /** Turns that waited for a bot that may not speak any more: each gets its end, so that nobody waits for ever. */
  async supersedeQueued(chat: LockedChat): Promise<ChatEventEnvelope[]> {
    if (chat.queuedTurns === 0) return [];
    const { manager, at } = this.transaction;
    const turns = await manager.query<OpenTurnRow[]>(
      `${SELECT_OPEN_TURN} WHERE t.chat_id = ? AND t.status = 'queued' ORDER BY t.seq`,
      [chat.id],
    );
    await manager.query(
      `UPDATE turns SET status = 'superseded', ended_at = ? WHERE chat_id = ? AND status = 'queued'`,
      [toSqlTime(at), chat.id],
    );
    chat.queuedTurns = 0;
    return turns.map((turn) =>
      this.transaction.addEvent(chat, {
        type: 'turn.ended',
        actor: speakerOf(turn),
        data: { turnId: turn.id, status: 'superseded', usage: NO_USAGE, error: null },
      }),
    );
  }

  async write(): Promise<void> {
    const { manager } = this.transaction;
    await updateRows(manager, 'turns', this.turns);
    await insertRows(manager, 'usage_ledger', this.ledger);
    const ended = this.turns.map(({ id }) => id);
    if (ended.length === 0) return;
    await manager.query(`DELETE FROM turn_chunks WHERE turn_id IN (${placeholders(ended.length)})`, ended);
  }

  private addMessage(
    chat: LockedChat,
    turn: OpenTurnRow,
    text: string,
    turnStatus: FinalTurnStatus,
  ): ChatEventEnvelope {
    const status = MESSAGE_STATUS[turnStatus];
    const id = turn.output_message_id;
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

export const tokenColumns = (usage: TurnUsage) => ({
  input_tokens: usage.inputTokens,
  cached_tokens: usage.cachedTokens,
  output_tokens: usage.outputTokens,
  reasoning_tokens: usage.reasoningTokens,
});

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
  lease_until: null,
  ended_at: toSqlTime(at),
});

const ledgerRow = (turn: OpenTurnRow, ending: TurnEnding, at: Date): SqlRow => ({
  id: uuidv7(),
  turn_id: turn.id,
  bot_id: turn.bot_id,
  user_key: turn.user_key,
  service_id: ending.serviceId,
  model: ending.model ?? '',
  usage_type: USAGE_TYPE.chat,
  request_date: at.toISOString().slice(0, 10),
  ...tokenColumns(ending.usage),
  is_estimated: ending.usage.isEstimated,
  cost_nano: null,
  created_at: toSqlTime(at),
});
