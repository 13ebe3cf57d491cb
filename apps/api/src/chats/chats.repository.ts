import {
  Chat,
  fromSqlJson,
  fromSqlTime,
  placeholders,
  type ChatOwner,
  type TurnError,
  type TurnMetaData,
  type TurnStatus,
} from '@app/database';
import type { TurnUsage } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { bumpListVersions } from './chat-list-version.repository.js';
import { GroupCommit } from './group-commit.js';
import type { FinalTurnStatus, TurnOutcome } from './turn.types.js';

/** Whose chats: a user's, or those that nobody owns and that are reached by their id. */
export type ChatHolder = { userId: number } | 'anonymous';

export interface StoredChat {
  id: string;
  userId: number | null;
  botId: string;
  displayName: string;
  isFavorite: boolean;
  userSystemMessageId: string | null;
  userSystemMessageDisplayName: string | null;
  runningTurnId: string | null;
  owner: ChatOwner;
  epoch: number;
  agentId: number | null;
  createdAt: Date;
  lastAccessedAt: Date;
}

export interface StoredCompletion {
  turnId: string;
  status: TurnStatus;
  userMessage: string;
  assistantMessage: string;
  metaData: TurnMetaData | null;
  createdAt: Date;
}

const COMPLETIONS_LIMIT = 500;

interface ChatRow {
  id: string;
  user_id: number | null;
  bot_id: string;
  display_name: string;
  is_favorite: number;
  user_system_message_id: string | null;
  message_name: string | null;
  running_turn_id: string | null;
  owner: ChatOwner;
  epoch: number;
  agent_id: number | null;
  created_at: string | Date;
  last_accessed_at: string | Date;
}

interface CompletionRow {
  id: string;
  status: TurnStatus;
  created_at: string | Date;
  meta_data: string | null;
  input_text: string | null;
  output_text: string | null;
}

interface OutcomeRow extends CompletionRow {
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

/** Chats as their owners see them. */
@Injectable()
export class ChatsRepository {
  private readonly reads = new GroupCommit((ids: string[]) => this.readChats(ids));

  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Chat) private readonly chats: Repository<Chat>,
  ) {}

  async insertChat(chat: Pick<Chat, 'id' | 'userId' | 'botId' | 'channel'>): Promise<void> {
    const now = new Date();
    const row: Omit<Chat, 'user' | 'bot' | 'userSystemMessage'> = {
      ...chat,
      visitorId: null,
      displayName: '',
      isNamed: false,
      isFavorite: false,
      isAdminChat: false,
      userSystemMessageId: null,
      owner: 'bot',
      epoch: 1,
      agentId: null,
      leaseUntil: null,
      waitingSince: null,
      nextSeq: 1,
      runningTurnId: null,
      queuedTurns: 0,
      createdAt: now,
      lastAccessedAt: now,
    };
    if (chat.userId === null) {
      await this.chats.insert(row);
      return;
    }
    await this.dataSource.transaction(async (manager) => {
      await bumpListVersions(manager, [chat.userId]);
      await manager.insert(Chat, row);
    });
  }

  /** A chat without an owner is everybody's who knows its id. */
  async findHeldChat(id: string, holder: ChatHolder): Promise<StoredChat | null> {
    const chat = await this.reads.submit(id);
    const isHeld = chat !== null && (chat.userId === null || (holder !== 'anonymous' && holder.userId === chat.userId));
    return isHeld ? chat : null;
  }

  /** For agents, who may see every chat. */
  async findChat(id: string): Promise<StoredChat | null> {
    const chat = await this.chats.findOneBy({ id });
    return chat && Object.assign(chat, { userSystemMessageDisplayName: null });
  }

  async findCompletions(chatId: string): Promise<StoredCompletion[]> {
    const rows = await this.dataSource.query<CompletionRow[]>(
      `SELECT t.id, t.status, t.created_at, t.meta_data, i.text AS input_text, o.text AS output_text
       FROM turns t LEFT JOIN messages i ON i.id = t.input_message_id LEFT JOIN messages o ON o.id = t.output_message_id
       WHERE t.chat_id = ? ORDER BY t.seq DESC LIMIT ${COMPLETIONS_LIMIT}`,
      [chatId],
    );
    return rows.toReversed().map((row) => ({
      turnId: row.id,
      status: row.status,
      userMessage: textOf(row.input_text),
      assistantMessage: textOf(row.output_text),
      metaData: row.meta_data === null ? null : fromSqlJson<TurnMetaData>(row.meta_data),
      createdAt: fromSqlTime(row.created_at),
    }));
  }

  /** The bot that answers a request seen before. */
  async findBotOfRequest(requestKey: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ bot_id: string }[]>('SELECT bot_id FROM turns WHERE request_key = ?', [
      requestKey,
    ]);
    return row?.bot_id ?? null;
  }

  /** What an ended turn came to; null while it has not ended. */
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

  /** Every request about a chat begins with this: those of the same instant ask together. */
  private async readChats(ids: string[]): Promise<(StoredChat | null)[]> {
    const rows = await this.dataSource.query<ChatRow[]>(
      `SELECT c.id, c.user_id, c.bot_id, c.display_name, c.is_favorite, c.user_system_message_id, s.display_name AS message_name,
         c.running_turn_id, c.owner, c.epoch, c.agent_id, c.created_at, c.last_accessed_at
       FROM chats c LEFT JOIN user_system_messages s ON s.id = c.user_system_message_id
       WHERE c.id IN (${placeholders(ids.length)})`,
      ids,
    );
    const chats = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => {
      const row = chats.get(id);
      return row === undefined ? null : chatOf(row);
    });
  }
}

const chatOf = (row: ChatRow): StoredChat => ({
  id: row.id,
  userId: row.user_id,
  botId: row.bot_id,
  displayName: row.display_name,
  isFavorite: Boolean(row.is_favorite),
  userSystemMessageId: row.user_system_message_id,
  userSystemMessageDisplayName: row.message_name,
  runningTurnId: row.running_turn_id,
  owner: row.owner,
  epoch: row.epoch,
  agentId: row.agent_id,
  createdAt: fromSqlTime(row.created_at),
  lastAccessedAt: fromSqlTime(row.last_accessed_at),
});

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
