import type { DataSource } from 'typeorm';
import {
  TurnChunksRepository,
  readChunks,
  type NewChunk,
} from '../../apps/api/src/baton/turns/turn-chunks.repository.js';
import type { ProcessGate } from './process-gate.js';

/** What was ever committed of each turn, and every commit that must not have been. */
export class ChunkLedger {
  readonly committed = new Map<string, string>();
  readonly faults: string[] = [];

  async note(dataSource: DataSource, { turnId, chatId, epoch, offset, text }: NewChunk): Promise<void> {
    const before = this.committed.get(turnId) ?? '';
    if (offset !== before.length) this.faults.push(`text of ${turnId} was stored at ${offset} of ${before.length}`);
    this.committed.set(turnId, before + text);
    const [chat] = await dataSource.query<{ epoch: number; running_turn_id: string | null }[]>(
      'SELECT epoch, running_turn_id FROM chats WHERE id = ?',
      [chatId],
    );
    if (chat?.epoch !== epoch || chat.running_turn_id !== turnId)
      this.faults.push(`the bot's text of epoch ${epoch} was stored in epoch ${chat?.epoch}`);
  }
}

/** The real repository, as one process reaches it; what it commits is noted the moment it is committed. */
export class LedgerChunksRepository extends TurnChunksRepository {
  constructor(
    protected readonly database: DataSource,
    protected readonly gate: ProcessGate,
    private readonly ledger: ChunkLedger,
  ) {
    super(database);
  }

  override appendChunks(chunks: NewChunk[]): Promise<Set<string>> {
    return this.gate.through('the commit of streamed text', async () =>
      this.note(chunks, await super.appendChunks(chunks)),
    );
  }

  override findText(turnId: string, offset: number): Promise<string> {
    return this.gate.through('a look at streamed text', () => super.findText(turnId, offset));
  }

  protected async note(chunks: NewChunk[], stored: Set<string>): Promise<Set<string>> {
    for (const chunk of chunks) if (stored.has(chunk.turnId)) await this.ledger.note(this.database, chunk);
    return stored;
  }
}

/** The committed text of a turn that has not ended, as the database has it. */
export async function readCommitted(dataSource: DataSource, turnId: string): Promise<string> {
  const chunks = await readChunks(dataSource.manager, turnId);
  return chunks.map(({ text }) => text).join('');
}
