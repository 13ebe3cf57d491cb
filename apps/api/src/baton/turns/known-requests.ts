import { AppError } from '@app/common';
import { fromSqlJson, placeholders } from '@app/database';
import type { ChatTransaction } from '../fence/chat-transaction.repository.js';
import type { AcceptedMessage, IncomingMessage } from './turn.types.js';

export interface KnownRequest {
  id: string;
  seq: number;
  request_key: string;
  request_hash: string;
}

/** The turns of those requests that came before. */
export async function findKnownRequests(
  { manager }: ChatTransaction,
  messages: IncomingMessage[],
): Promise<Map<string, KnownRequest>> {
  const keys = messages.map(({ requestKey }) => requestKey).filter((key) => key !== null);
  if (keys.length === 0) return new Map();
  const rows = await manager.query<KnownRequest[]>(
    `SELECT id, seq, request_key, request_hash FROM turns WHERE request_key IN (${placeholders(keys.length)})`,
    keys,
  );
  return new Map(rows.map((row) => [row.request_key, row]));
}

/** Messages that carry a request key have the id of that key: the request is recognised although no turn answered it. */
export async function findKnownTexts(
  { manager }: ChatTransaction,
  messages: IncomingMessage[],
): Promise<Map<string, string>> {
  const ids = messages.filter(({ requestKey }) => requestKey !== null).map(({ messageId }) => messageId);
  if (ids.length === 0) return new Map();
  const rows = await manager.query<{ id: string; text: string }[]>(
    `SELECT id, text FROM messages WHERE id IN (${placeholders(ids.length)})`,
    ids,
  );
  return new Map(rows.map((row) => [row.id, fromSqlJson<string>(row.text)]));
}

/** The same request came before, when a person held the chat. */
export function keep({ messageId, text }: IncomingMessage, storedText: string): AcceptedMessage {
  return storedText === text
    ? { kind: 'handed_over', messageId, cutTurnId: null, events: [] }
    : { kind: 'rejected', error: new AppError('IDEMPOTENCY_KEY_REUSED') };
}

/** The same request came before: its turn goes on, or has ended. */
export function attach(earlier: KnownRequest, message: IncomingMessage): AcceptedMessage {
  return earlier.request_hash === message.requestHash
    ? { kind: 'attached', turnId: earlier.id, seq: earlier.seq }
    : { kind: 'rejected', error: new AppError('IDEMPOTENCY_KEY_REUSED') };
}
