import { AppError } from '@app/common';
import { fromSqlJson, placeholders } from '@app/database';
import type { ChatTransaction } from '../fence/chat-transaction.repository.js';
import type { AcceptedMessage, IncomingMessage } from './turn.types.js';

interface KnownTurn {
  id: string;
  seq: number;
  request_key: string;
  request_hash: string;
}

/**
 * Requests with an idempotency key that were accepted before, or earlier in the same transaction. A turn holds its request's key. A
 * message that no turn answered is recognised by its id, which is made of the key.
 */
export class KnownRequests {
  private constructor(
    private readonly turns: Map<string, KnownTurn>,
    private readonly texts: Map<string, string>,
  ) {}

  static async find({ manager }: ChatTransaction, messages: readonly IncomingMessage[]): Promise<KnownRequests> {
    const keyed = messages.filter(({ requestKey }) => requestKey !== null);
    if (keyed.length === 0) return new KnownRequests(new Map(), new Map());
    const turns = await manager.query<KnownTurn[]>(
      `SELECT id, seq, request_key, request_hash FROM turns WHERE request_key IN (${placeholders(keyed.length)})`,
      keyed.map(({ requestKey }) => requestKey),
    );
    const texts = await manager.query<{ id: string; text: string }[]>(
      `SELECT id, text FROM messages WHERE id IN (${placeholders(keyed.length)})`,
      keyed.map(({ messageId }) => messageId),
    );
    return new KnownRequests(
      new Map(turns.map((turn) => [turn.request_key, turn])),
      new Map(texts.map(({ id, text }) => [id, fromSqlJson<string>(text)])),
    );
  }

  /** What becomes of a repeated request; null for a new one. */
  resultOf({ requestKey, requestHash, messageId, text }: IncomingMessage): AcceptedMessage | null {
    if (requestKey === null) return null;
    const turn = this.turns.get(requestKey);
    const knownText = this.texts.get(messageId);
    if (turn === undefined && knownText === undefined) return null;
    const isSame = turn === undefined ? knownText === text : turn.request_hash === requestHash;
    if (!isSame) return { kind: 'rejected', error: new AppError('IDEMPOTENCY_KEY_REUSED') };
    return turn === undefined
      ? { kind: 'handed_over', messageId, revokedTurnId: null, events: [] }
      : { kind: 'attached', turnId: turn.id, seq: turn.seq };
  }

  addTurn({ requestKey, requestHash, turnId }: IncomingMessage, seq: number): void {
    if (requestKey === null) return;
    this.turns.set(requestKey, { id: turnId, seq, request_key: requestKey, request_hash: requestHash ?? '' });
  }

  addText({ messageId, text }: IncomingMessage): void {
    this.texts.set(messageId, text);
  }
}
