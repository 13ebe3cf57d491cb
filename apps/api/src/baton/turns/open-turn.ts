import type { Actor } from '@app/contracts';
import { fromSqlJson, type TurnOptions } from '@app/database';
import type { ChatTransaction } from '../fence/chat-transaction.repository.js';

/** A turn that has not ended, with what its start and its end need to know. */
export interface OpenTurn {
  id: string;
  botId: string;
  /** Shown as the speaker of the answer. */
  botName: string;
  /** The number of the customer's message. */
  seq: number;
  inputMessageId: string;
  inputText: string;
  outputMessageId: string;
  options: TurnOptions;
  userKey: string;
  /** How often the turn, or the one it repeats, was recovered from an instance that died. */
  recoveries: number;
}

interface OpenTurnRow {
  id: string;
  bot_id: string;
  bot_name: string;
  seq: number;
  input_message_id: string;
  input_text: string | null;
  output_message_id: string;
  options: string;
  user_key: string;
  recoveries: number;
}

const SELECT_OPEN_TURN = `SELECT t.id, t.bot_id, b.display_name AS bot_name, t.seq, t.input_message_id, m.text AS input_text,
  t.output_message_id, t.options, t.user_key, t.recoveries
  FROM turns t JOIN bots b ON b.id = t.bot_id LEFT JOIN messages m ON m.id = t.input_message_id`;

/** @param condition SQL over the turn `t`, optionally with `ORDER BY` and `LIMIT` */
export async function findOpenTurns(
  { manager }: ChatTransaction,
  condition: string,
  parameters: string[],
): Promise<OpenTurn[]> {
  const rows = await manager.query<OpenTurnRow[]>(`${SELECT_OPEN_TURN} WHERE ${condition}`, parameters);
  return rows.map((row) => ({
    id: row.id,
    botId: row.bot_id,
    botName: row.bot_name,
    seq: row.seq,
    inputMessageId: row.input_message_id,
    inputText: row.input_text === null ? '' : fromSqlJson<string>(row.input_text),
    outputMessageId: row.output_message_id,
    options: fromSqlJson<TurnOptions>(row.options),
    userKey: row.user_key,
    recoveries: row.recoveries,
  }));
}

export const speakerOf = ({ botId, botName }: OpenTurn): Actor => ({ kind: 'bot', id: botId, name: botName });
