import { dialectOf, fromSqlJson, insertRows, placeholders } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A piece of a running answer on its way into the database. */
export interface NewChunk {
  turnId: string;
  chatId: string;
  epoch: number;
  offset: number;
  text: string;
}

export interface StoredChunk {
  offset: number;
  text: string;
}

/** Streamed text, stored before it is delivered. */
@Injectable()
export class TurnChunksRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores the chunks of the turns that may still write, all in one commit. The chats' rows are share-locked until that commit, so no
   * owner changes between the check and the write.
   * @returns the ids of the turns whose chunks were stored; the others are fenced
   */
  async appendChunks(chunks: NewChunk[]): Promise<Set<string>> {
    return this.dataSource.transaction(async (manager) => {
      const chatIds = [...new Set(chunks.map(({ chatId }) => chatId))].toSorted();
      const chats = await manager.query<{ running_turn_id: string | null; epoch: number }[]>(
        `SELECT running_turn_id, epoch FROM chats WHERE id IN (${placeholders(chatIds.length)}) ORDER BY id${dialectOf(this.dataSource).forShare}`,
        chatIds,
      );
      const epochs = new Map(chats.map((chat) => [chat.running_turn_id, chat.epoch]));
      const allowed = chunks.filter(({ turnId, epoch }) => epochs.get(turnId) === epoch);
      if (dialectOf(this.dataSource).areLocksLocal) await this.claimTurns(manager, allowed);
      const rows = allowed.map(({ turnId, offset, text }) => ({
        turn_id: turnId,
        chunk_offset: offset,
        text: JSON.stringify(text),
      }));
      // If the result of a commit was lost with its connection, its chunks come again, with more text.
      await insertRows(
        manager,
        'turn_chunks',
        rows,
        dialectOf(this.dataSource).orUpdate('turn_id, chunk_offset', ['text']),
      );
      return new Set(allowed.map(({ turnId }) => turnId));
    });
  }

  /** Where the lock above holds on this node only: what ends a turn changes its row too, and one of both is refused. */
  private async claimTurns(manager: EntityManager, chunks: NewChunk[]): Promise<void> {
    const ids = [...new Set(chunks.map(({ turnId }) => turnId))].toSorted();
    if (ids.length === 0) return;
    await manager.query(
      `UPDATE turns SET lease_until = lease_until + INTERVAL 1000 MICROSECOND WHERE id IN (${placeholders(ids.length)}) AND status = 'running'`,
      ids,
    );
  }

  /** The committed text of a running turn from `offset` on; empty if there is none. */
  async findText(turnId: string, offset: number): Promise<string> {
    const chunks = await readChunks(this.dataSource.manager, turnId, offset);
    if (chunks.length > 0 && chunks[0]!.offset === offset) return chunks.map(({ text }) => text).join('');
    // The offset lies within a chunk.
    const all = await readChunks(this.dataSource.manager, turnId);
    return all
      .map(({ text }) => text)
      .join('')
      .slice(offset);
  }
}

/** The chunks of a turn that start at `from` or later, in order. */
export async function readChunks(manager: EntityManager, turnId: string, from = 0): Promise<StoredChunk[]> {
  const rows = await manager.query<{ chunk_offset: number; text: string }[]>(
    'SELECT chunk_offset, text FROM turn_chunks WHERE turn_id = ? AND chunk_offset >= ? ORDER BY chunk_offset',
    [turnId, from],
  );
  return rows.map(({ chunk_offset: offset, text }) => ({ offset, text: fromSqlJson<string>(text) }));
}
