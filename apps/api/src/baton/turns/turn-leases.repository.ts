import { AppConfig } from '@app/common';
import { dialectOf, GroupCommit, placeholders } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';
import { findOpenTurns } from './open-turn.js';
import { TurnOpening } from './turn-opening.js';
import type { StartedTurn } from './turn.types.js';

export interface ExpiredTurn {
  turnId: string;
  chatId: string;
}

/** What becomes of an orphan: restarted, sealed with the text shown so far, or left alone because it is no orphan any more. */
export type Recovery =
  { kind: 'restart'; turn: StartedTurn } | { kind: 'seal'; isRepeated: boolean } | { kind: 'gone' };

/** Orphans that are read at a time. */
export const ORPHAN_BATCH = 200;

/** Leases of running turns, in database time: an expired lease means that the instance has died. */
@Injectable()
export class TurnLeasesRepository {
  private readonly checks = new GroupCommit((turns: StartedTurn[]) => this.checkAll(turns));

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Whether the turn may still write into its chat. Turns that start together share the query. */
  mayWrite(turn: StartedTurn): Promise<boolean> {
    return this.checks.submit(turn);
  }

  async renewLeases(turnIds: string[]): Promise<void> {
    if (turnIds.length === 0) return;
    const lease = dialectOf(this.dataSource).nowPlus(this.config.turns.leaseMs);
    await this.dataSource.query(
      `UPDATE turns SET lease_until = ${lease} WHERE id IN (${placeholders(turnIds.length)}) AND status = 'running'`,
      turnIds,
    );
  }

  /** Ends the leases at once, so that another instance recovers the turns without waiting. */
  async expireLeases(turnIds: string[]): Promise<void> {
    if (turnIds.length === 0) return;
    await this.dataSource.query(
      `UPDATE turns SET lease_until = ${dialectOf(this.dataSource).now} WHERE id IN (${placeholders(turnIds.length)}) AND status = 'running'`,
      turnIds,
    );
  }

  /** Those of the turns that have ended. */
  async findEnded(turnIds: string[]): Promise<string[]> {
    if (turnIds.length === 0) return [];
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM turns WHERE id IN (${placeholders(turnIds.length)}) AND status <> 'running'`,
      turnIds,
    );
    return rows.map(({ id }) => id);
  }

  /** Running turns whose lease has expired. An embedded database has one process: when it starts, every running turn is an orphan. */
  async findOrphans(isStarting: boolean): Promise<ExpiredTurn[]> {
    const { isSqlite, now } = dialectOf(this.dataSource);
    const expired = isStarting && isSqlite ? '' : `AND lease_until < ${now} ORDER BY lease_until LIMIT ${ORPHAN_BATCH}`;
    const rows = await this.dataSource.query<{ id: string; chat_id: string }[]>(
      `SELECT id, chat_id FROM turns WHERE status = 'running' ${expired}`,
    );
    return rows.map((row) => ({ turnId: row.id, chatId: row.chat_id }));
  }

  /**
   * Decides what becomes of an orphan. It restarts, once, if no text of it was shown and it called no tool (a call may have had
   * effects). Otherwise it has to be sealed; where customers receive whole answers only, another turn then answers the message.
   */
  recover({ turnId, chatId }: ExpiredTurn, isStarting: boolean): Promise<Recovery> {
    return ChatTransaction.run(this.dataSource, [chatId], async (transaction) => {
      const chat = transaction.chat(chatId);
      if (chat?.runningTurnId !== turnId) return { kind: 'gone' };
      const { isSqlite, now } = dialectOf(this.dataSource);
      const expired = isStarting && isSqlite ? '' : `AND t.lease_until < ${now}`;
      const condition = `t.id = ? AND t.status = 'running' ${expired}`;
      const [turn] = await findOpenTurns(transaction, condition, [turnId]);
      // Another instance was faster.
      if (!turn) return { kind: 'gone' };
      if (chat.owner !== 'bot' || turn.recoveries > 0) return { kind: 'seal', isRepeated: false };
      const { hasCalledTools, isShown, startedSeq } = await findEffects(transaction, turnId, chatId);
      if (hasCalledTools) return { kind: 'seal', isRepeated: false };
      if (isShown) return { kind: 'seal', isRepeated: turn.options.isRepeatedWhenCut ?? false };
      const opening = new TurnOpening(transaction, this.config.turns.leaseMs);
      const restarted = await opening.restart(chat, turn, startedSeq);
      await opening.write();
      return { kind: 'restart', turn: restarted };
    });
  }

  private async checkAll(turns: StartedTurn[]): Promise<boolean[]> {
    const rows = await this.dataSource.query<{ running_turn_id: string | null; epoch: number }[]>(
      `SELECT running_turn_id, epoch FROM chats WHERE id IN (${placeholders(turns.length)})`,
      turns.map(({ chatId }) => chatId),
    );
    const epochs = new Map(rows.map((row) => [row.running_turn_id, row.epoch]));
    return turns.map(({ turnId, epoch }) => epochs.get(turnId) === epoch);
  }
}

/** What the running turn of the chat has done so far. */
async function findEffects(
  { manager }: ChatTransaction,
  turnId: string,
  chatId: string,
): Promise<{ startedSeq: number; hasCalledTools: boolean; isShown: boolean }> {
  const [row] = await manager.query<{ started: number | null; called: number | null; chunks: number | string }[]>(
    `SELECT (SELECT MAX(seq) FROM chat_events WHERE chat_id = ? AND type = 'turn.started') AS started,
       (SELECT MAX(seq) FROM chat_events WHERE chat_id = ? AND type = 'tool.called') AS called,
       (SELECT COUNT(*) FROM turn_chunks WHERE turn_id = ?) AS chunks`,
    [chatId, chatId, turnId],
  );
  const { started, called, chunks } = row!;
  const startedSeq = started ?? 0;
  return { startedSeq, hasCalledTools: called !== null && called > startedSeq, isShown: Number(chunks) > 0 };
}
