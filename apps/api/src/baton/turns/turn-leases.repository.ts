import { AppConfig } from '@app/common';
import { dialectOf, fromSqlJson, GroupCommit, placeholders, type TurnOptions } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';
import type { StartedTurn } from './turn.types.js';

export interface ExpiredTurn {
  turnId: string;
  chatId: string;
}

interface ExpiredRow {
  bot_id: string;
  seq: number;
  recoveries: number;
  options: string;
  output_message_id: string;
  input_text: string | null;
  started_seq: number;
  chunks: number | string;
}

/** What an orphan comes to: run anew, sealed with what was shown, or left alone because it is none any more. */
export type TakenOver = { kind: 'again'; turn: StartedTurn } | { kind: 'seal'; isRepeated: boolean } | { kind: 'gone' };

/** Orphans that are looked for at a time. */
export const ORPHAN_BATCH = 200;

/** Leases of running turns, in database time: how instances notice that another one has died. */
@Injectable()
export class TurnLeasesRepository {
  private readonly looks = new GroupCommit((turns: StartedTurn[]) => this.lookAt(turns));

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Whether the turn is still the one that may write into its chat. Turns that begin together look together. */
  holdsChat(turn: StartedTurn): Promise<boolean> {
    return this.looks.submit(turn);
  }

  async renewLeases(turnIds: string[]): Promise<void> {
    if (turnIds.length === 0) return;
    const lease = dialectOf(this.dataSource).nowPlus(this.config.turns.leaseMs);
    await this.dataSource.query(
      `UPDATE turns SET lease_until = ${lease} WHERE id IN (${placeholders(turnIds.length)}) AND status = 'running'`,
      turnIds,
    );
  }

  /** Gives the turns up at once, so that another instance need not wait for their leases. */
  async expireLeases(turnIds: string[]): Promise<void> {
    if (turnIds.length === 0) return;
    await this.dataSource.query(
      `UPDATE turns SET lease_until = ${dialectOf(this.dataSource).now} WHERE id IN (${placeholders(turnIds.length)}) AND status = 'running'`,
      turnIds,
    );
  }

  /** Those of the turns that somebody has ended. */
  async findEnded(turnIds: string[]): Promise<string[]> {
    if (turnIds.length === 0) return [];
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM turns WHERE id IN (${placeholders(turnIds.length)}) AND status <> 'running'`,
      turnIds,
    );
    return rows.map(({ id }) => id);
  }

  /** Running turns whose lease has passed. An embedded database has one process: after its start every running turn is orphaned. */
  async findOrphans(isStarting: boolean): Promise<ExpiredTurn[]> {
    const { isSqlite, now } = dialectOf(this.dataSource);
    const expired = isStarting && isSqlite ? '' : `AND lease_until < ${now} ORDER BY lease_until LIMIT ${ORPHAN_BATCH}`;
    const rows = await this.dataSource.query<
      {
        id: string;
        chat_id: string;
      }[]
    >(`SELECT id, chat_id FROM turns WHERE status = 'running' ${expired}`);
    return rows.map((row) => ({ turnId: row.id, chatId: row.chat_id }));
  }

  /**
   * Takes an orphan over to run it anew, which is allowed once and only while nothing of it was shown and no tool was called (who knows
   * what it has done). What was shown is sealed; where only whole answers reach the customer, the message is then answered anew. The new
   * epoch fences the former instance off, should it still live. A turn whose lease is good again, because another instance was quicker,
   * is gone.
   */
  takeOver({ turnId, chatId }: ExpiredTurn, isStarting: boolean): Promise<TakenOver> {
    return ChatTransaction.run(this.dataSource, [chatId], async (transaction) => {
      const chat = transaction.chat(chatId);
      if (chat?.runningTurnId !== turnId) return { kind: 'gone' };
      const { isSqlite, now, nowPlus } = dialectOf(this.dataSource);
      const expired = isStarting && isSqlite ? '' : `AND t.lease_until < ${now}`;
      const [row] = await transaction.manager.query<ExpiredRow[]>(
        `SELECT t.bot_id, t.seq, t.recoveries, t.options, t.output_message_id, m.text AS input_text,
           (SELECT COUNT(*) FROM turn_chunks k WHERE k.turn_id = t.id) AS chunks,
           (SELECT MAX(e.seq) FROM chat_events e WHERE e.chat_id = t.chat_id AND e.type = 'turn.started') AS started_seq
         FROM turns t LEFT JOIN messages m ON m.id = t.input_message_id
         WHERE t.id = ? AND t.status = 'running' ${expired}`,
        [turnId],
      );
      if (!row) return { kind: 'gone' };
      const options = fromSqlJson<TurnOptions>(row.options);
      if (chat.owner !== 'bot' || row.recoveries > 0) return { kind: 'seal', isRepeated: false };
      if (await hasCalledTools(transaction, chatId, row.started_seq)) return { kind: 'seal', isRepeated: false };
      if (Number(row.chunks) > 0) return { kind: 'seal', isRepeated: options.isRepeatedWhenCut ?? false };
      chat.epoch++;
      transaction.touch(chat);
      await transaction.manager.query(
        `UPDATE turns SET epoch = ?, recoveries = recoveries + 1, lease_until = ${nowPlus(this.config.turns.leaseMs)} WHERE id = ?`,
        [chat.epoch, turnId],
      );
      const turn = {
        turnId,
        chatId,
        epoch: chat.epoch,
        botId: row.bot_id,
        seq: row.seq,
        startedSeq: row.started_seq,
        inputText: row.input_text === null ? '' : fromSqlJson<string>(row.input_text),
        outputMessageId: row.output_message_id,
        options,
      };
      return { kind: 'again', turn };
    });
  }

  private async lookAt(turns: StartedTurn[]): Promise<boolean[]> {
    const rows = await this.dataSource.query<{ running_turn_id: string | null; epoch: number }[]>(
      `SELECT running_turn_id, epoch FROM chats WHERE id IN (${placeholders(turns.length)})`,
      turns.map(({ chatId }) => chatId),
    );
    const epochs = new Map(rows.map((row) => [row.running_turn_id, row.epoch]));
    return turns.map(({ turnId, epoch }) => epochs.get(turnId) === epoch);
  }
}

async function hasCalledTools({ manager }: ChatTransaction, chatId: string, startedSeq: number): Promise<boolean> {
  const [call] = await manager.query<unknown[]>(
    `SELECT 1 FROM chat_events WHERE chat_id = ? AND seq > ? AND type = 'tool.called' LIMIT 1`,
    [chatId, startedSeq],
  );
  return call !== undefined;
}
