import type { ChatEventEnvelope } from '@app/contracts';
import { dialectOf, insertRows, SqlExpression, toSqlTime, USAGE_TYPE, type SqlRow } from '@app/database';
import { uuidv7 } from 'uuidv7';
import { firstCallOf, loseCalls, reservedRow, writeCalls, type Call } from '../../accounting/index.js';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { findOpenTurns, speakerOf, type OpenTurn } from './open-turn.js';
import type { StartedTurn } from './turn.types.js';

/** The request that a turn answers; both are null when it carried no idempotency key. */
export interface TurnRequest {
  requestKey: string | null;
  requestHash: string | null;
}

/** A turn that runs from the commit on, with the event that says so. */
export interface OpenedTurn {
  turn: StartedTurn;
  event: ChatEventEnvelope;
}

/**
 * Starts turns within a {@link ChatTransaction}, as `TurnClosing` ends them. Every turn that starts, for whatever reason, starts
 * through this class, with the reservation of its first call in the ledger. Rows of new turns are gathered and written by {@link write}.
 */
export class TurnOpening {
  private readonly rows: SqlRow[] = [];
  private readonly reserved: SqlRow[] = [];
  /** SQL expression for the time until which a running turn is its instance's. */
  private readonly lease: string;

  constructor(
    private readonly transaction: ChatTransaction,
    leaseMs: number,
  ) {
    this.lease = dialectOf(transaction.manager.connection).nowPlus(leaseMs);
  }

  /** Adds a new turn. It starts if none is running in the chat, else it is queued: then the result is null. */
  add(chat: LockedChat, turn: OpenTurn, request: TurnRequest): OpenedTurn | null {
    const isQueued = chat.runningTurnId !== null;
    this.rows.push(this.newRow(chat, turn, request, isQueued));
    if (!isQueued) return this.open(chat, turn);
    chat.queuedTurns++;
    return null;
  }

  /** Queues another turn for the message of a turn that has ended. It has that message's seq and thus is the next one. */
  async repeat(chat: LockedChat, { id }: OpenTurn): Promise<void> {
    await this.transaction.manager.query(
      `INSERT INTO turns (id, chat_id, bot_id, seq, epoch, status, input_message_id, output_message_id, attempts, recoveries, options,
         input_tokens, cached_tokens, output_tokens, reasoning_tokens, is_usage_estimated, user_key, created_at)
       SELECT ?, chat_id, bot_id, seq, epoch, 'queued', input_message_id, ?, 0, recoveries + 1, options, 0, 0, 0, 0, 0, user_key, created_at
       FROM turns WHERE id = ?`,
      [uuidv7(), uuidv7(), id],
    );
    chat.queuedTurns++;
  }

  /** Starts the first queued turn, if there is one and the bot owns the chat. */
  async startNext(chat: LockedChat): Promise<OpenedTurn | null> {
    if (chat.queuedTurns === 0 || chat.owner !== 'bot') return null;
    const condition = `t.chat_id = ? AND t.status = 'queued' ORDER BY t.seq LIMIT 1`;
    const [turn] = await findOpenTurns(this.transaction, condition, [chat.id]);
    chat.queuedTurns = turn ? chat.queuedTurns - 1 : 0;
    if (!turn) return null;
    const { manager, at } = this.transaction;
    await manager.query(
      `UPDATE turns SET status = 'running', epoch = ?, started_at = ?, lease_until = ${this.lease} WHERE id = ?`,
      [chat.epoch, toSqlTime(at), turn.id],
    );
    return this.open(chat, turn);
  }

  /** Restarts the running turn in a new epoch, which fences the instance that ran it, should it still live. */
  async restart(chat: LockedChat, turn: OpenTurn, startedSeq: number): Promise<StartedTurn> {
    chat.epoch++;
    this.transaction.touch(chat);
    await this.transaction.manager.query(
      `UPDATE turns SET epoch = ?, recoveries = recoveries + 1, lease_until = ${this.lease} WHERE id = ?`,
      [chat.epoch, turn.id],
    );
    await loseCalls(this.transaction.manager, [turn.id]);
    return startedTurn(chat, turn, startedSeq, this.reserve(chat, turn, false));
  }

  async write(): Promise<void> {
    await insertRows(this.transaction.manager, 'turns', this.rows.splice(0));
    await writeCalls(this.transaction.manager, this.reserved.splice(0));
  }

  /** @param isRequest whether the statistics count the turn by this call: only its first start does */
  private reserve(chat: LockedChat, { id, botId, userKey }: OpenTurn, isRequest: boolean): Call {
    const purpose = { turnId: id, botId, userKey, channel: chat.channel };
    const call = firstCallOf(purpose, USAGE_TYPE.chat, isRequest, this.transaction.at);
    this.reserved.push(reservedRow(call, 0));
    return call;
  }

  private open(chat: LockedChat, turn: OpenTurn): OpenedTurn {
    chat.runningTurnId = turn.id;
    const event = this.transaction.addEvent(chat, {
      type: 'turn.started',
      actor: speakerOf(turn),
      data: {
        turnId: turn.id,
        messageId: turn.outputMessageId,
        inputMessageId: turn.inputMessageId,
        botId: turn.botId,
      },
    });
    return { turn: startedTurn(chat, turn, event.seq, this.reserve(chat, turn, true)), event };
  }

  private newRow(
    chat: LockedChat,
    turn: OpenTurn,
    { requestKey, requestHash }: TurnRequest,
    isQueued: boolean,
  ): SqlRow {
    const at = toSqlTime(this.transaction.at);
    return {
      id: turn.id,
      chat_id: chat.id,
      bot_id: turn.botId,
      seq: turn.seq,
      epoch: chat.epoch,
      status: isQueued ? 'queued' : 'running',
      input_message_id: turn.inputMessageId,
      output_message_id: turn.outputMessageId,
      attempts: 0,
      recoveries: turn.recoveries,
      options: JSON.stringify(turn.options),
      input_tokens: 0,
      cached_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
      is_usage_estimated: false,
      user_key: turn.userKey,
      request_key: requestKey,
      request_hash: requestHash,
      lease_until: isQueued ? null : new SqlExpression(this.lease),
      created_at: at,
      started_at: isQueued ? null : at,
    };
  }
}

const startedTurn = (chat: LockedChat, turn: OpenTurn, startedSeq: number, firstCall: Call): StartedTurn => ({
  turnId: turn.id,
  chatId: chat.id,
  epoch: chat.epoch,
  botId: turn.botId,
  seq: turn.seq,
  startedSeq,
  inputText: turn.inputText,
  outputMessageId: turn.outputMessageId,
  options: turn.options,
  userKey: turn.userKey,
  firstCall,
});
