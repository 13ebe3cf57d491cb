import { insertRows, toSqlTime, type SqlRow } from '@app/database';
import type { ChatTransaction } from '../../fence/chat-transaction.repository.js';

/** The part of a {@link ChatTransaction} that writes variables. */
type VariableTransaction = Pick<ChatTransaction, 'manager' | 'at'>;

const MAX_NAMES = 200;
const MAX_NAME_LENGTH = 128;
const MAX_BYTES = 64_000;
const MAX_LEVELS = 20;

interface VariableRow {
  name: string;
  value: string;
}

const readRows = ({ manager }: VariableTransaction, chatId: string): Promise<VariableRow[]> =>
  manager.query<VariableRow[]>('SELECT name, value FROM chat_variables WHERE chat_id = ?', [chatId]);

/**
 * Merges values into the chat's variables in the given order; the last value wins. The transaction has locked the chat's row. Values that a
 * database cannot store or that exceed the limits are left out.
 */
export async function mergeVariables(
  transaction: VariableTransaction,
  chatId: string,
  values: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const { manager, at } = transaction;
  const given = values
    .flatMap((each) => Object.entries(each))
    .filter(([name, value]) => isName(name) && isShallow(value, MAX_LEVELS));
  if (given.length === 0) return;
  const known = new Map((await readRows(transaction, chatId)).map(({ name, value }) => [name, value]));
  const stored = new Set(known.keys());
  const changed = new Map<string, string>();
  let bytes = [...known].reduce((sum, [name, value]) => sum + sizeOf(name, value), 0);
  for (const [name, value] of given) {
    const json = JSON.stringify(value);
    const before = known.get(name);
    const after = bytes + sizeOf(name, json) - (before === undefined ? 0 : sizeOf(name, before));
    const fits = after <= MAX_BYTES && (before !== undefined || known.size < MAX_NAMES);
    if (!fits) continue;
    bytes = after;
    known.set(name, json);
    changed.set(name, json);
  }
  const updatedAt = toSqlTime(at);
  const added: SqlRow[] = [];
  for (const [name, value] of changed) {
    if (!stored.has(name)) added.push({ chat_id: chatId, name, value, updated_at: updatedAt });
    else
      await manager.query('UPDATE chat_variables SET value = ?, updated_at = ? WHERE chat_id = ? AND name = ?', [
        value,
        updatedAt,
        chatId,
        name,
      ]);
  }
  await insertRows(manager, 'chat_variables', added);
}

/** Some databases ignore trailing spaces when they compare. */
const isName = (name: string): boolean =>
  name !== '' && name.length <= MAX_NAME_LENGTH && name.trim() === name && name.isWellFormed() && !name.includes('\0');

const sizeOf = (name: string, json: string): number => Buffer.byteLength(name) + Buffer.byteLength(json);

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)));
