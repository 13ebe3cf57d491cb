import type { TurnUsage } from '@app/contracts';
import { fromSqlJson, type TurnError, type TurnMetaData, type TurnStatus } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FinalTurnStatus, TurnOutcome } from './turn.types.js';

interface OutcomeRow {
  id: string;
  status: TurnStatus;
  meta_data: string | null;
  input_text: string | null;
  output_text: string | null;
  chat_id: string;
  bot_id: string;
  display_name: string;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  is_usage_estimated: number;
  error: string | null;
  trace: string | null;
}

/** Reads turns for the callers who sent their messages. */
@Injectable()
export class TurnsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The bot that answers a request which was accepted before. */
  async findBotOfRequest(requestKey: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ bot_id: string }[]>('SELECT bot_id FROM turns WHERE request_key = ?', [
      requestKey,
    ]);
    return row?.bot_id ?? null;
  }

  /** The result of a turn; null until it has ended. */
  async findOutcome(turnId: string): Promise<TurnOutcome | null> {
    const [row] = await this.dataSource.query<OutcomeRow[]>(
      `SELECT t.id, t.chat_id, t.bot_id, t.status, t.created_at, t.input_tokens, t.cached_tokens, t.output_tokens,
         t.reasoning_tokens, t.is_usage_estimated, t.error, t.trace, t.meta_data, c.display_name, i.text AS input_text, o.text AS output_text
       FROM turns t JOIN chats c ON c.id = t.chat_id
       LEFT JOIN messages i ON i.id = t.input_message_id LEFT JOIN messages o ON o.id = t.output_message_id
       WHERE t.id = ? AND t.status NOT IN ('queued', 'running')`,
      [turnId],
    );
    return row === undefined ? null : outcomeOf(row);
  }
}

const textOf = (json: string | null): string => (json === null ? '' : fromSqlJson<string>(json));

function outcomeOf(row: OutcomeRow): TurnOutcome {
  const usage: TurnUsage = {
    inputTokens: row.input_tokens,
    cachedTokens: row.cached_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    isEstimated: Boolean(row.is_usage_estimated),
  };
  return {
    turnId: row.id,
    chatId: row.chat_id,
    botId: row.bot_id,
    status: row.status as FinalTurnStatus,
    chatDisplayName: row.display_name,
    userMessage: textOf(row.input_text),
    text: textOf(row.output_text),
    usage,
    error: row.error === null ? null : fromSqlJson<TurnError>(row.error),
    trace: row.trace === null ? null : fromSqlJson<Record<string, unknown>>(row.trace),
    metaData: row.meta_data === null ? null : fromSqlJson<TurnMetaData>(row.meta_data),
  };
}
