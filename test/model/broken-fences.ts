import { insertRows, placeholders } from '@app/database';
import type { DataSource } from 'typeorm';
import {
  OwnershipRepository,
  type TransitionRequest,
  type TransitionResult,
} from '../../apps/api/src/baton/ownership/ownership.repository.js';
import type { NewChunk } from '../../apps/api/src/baton/turns/turn-chunks.repository.js';
import { LedgerChunksRepository } from './chunk-ledger.js';
import type { ProcessGate } from './process-gate.js';

/** Broken on purpose: looks whether the turns may write, and writes in a transaction of its own. */
export class CheckThenWriteChunks extends LedgerChunksRepository {
  override async appendChunks(chunks: NewChunk[]): Promise<Set<string>> {
    const chatIds = [...new Set(chunks.map(({ chatId }) => chatId))];
    const allowed = await this.gate.through('the look', async () => {
      const chats = await this.database.query<{ running_turn_id: string | null; epoch: number }[]>(
        `SELECT running_turn_id, epoch FROM chats WHERE id IN (${placeholders(chatIds.length)})`,
        chatIds,
      );
      const epochs = new Map(chats.map((chat) => [chat.running_turn_id, chat.epoch]));
      return chunks.filter(({ turnId, epoch }) => epochs.get(turnId) === epoch);
    });
    return this.gate.through('the write', async () => {
      const rows = allowed.map(({ turnId, offset, text }) => ({
        turn_id: turnId,
        chunk_offset: offset,
        text: JSON.stringify(text),
      }));
      await insertRows(this.database.manager, 'turn_chunks', rows);
      return this.note(chunks, new Set(allowed.map(({ turnId }) => turnId)));
    });
  }
}

/** Broken on purpose: the baton passes, and the epoch stays as it was. */
export class StaleEpochOwnership extends OwnershipRepository {
  constructor(
    private readonly database: DataSource,
    private readonly gate: ProcessGate,
  ) {
    super(database);
  }

  override transition(request: TransitionRequest): Promise<TransitionResult> {
    return this.gate.through('a passing', async () => {
      const changed = await super.transition(request);
      if (changed.kind !== 'changed') return changed;
      await this.database.query('UPDATE chats SET epoch = epoch - 1 WHERE id = ?', [request.chatId]);
      await this.database.query(
        `UPDATE chat_events SET epoch = epoch - 1 WHERE chat_id = ? AND type = 'ownership.changed' AND epoch = ?`,
        [request.chatId, changed.epoch],
      );
      return { ...changed, epoch: changed.epoch - 1 };
    });
  }
}
