import {
  Chat,
  fromSqlJson,
  fromSqlTime,
  type ChatOwner,
  type TurnError,
  type TurnMetaData,
  type TurnStatus,
} from '@app/database';
import type { TurnUsage } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Brackets, DataSource, Repository, type SelectQueryBuilder } from 'typeorm';
import { bumpListVersions } from './chat-list-version.repository.js';
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

/** Chats as their owners see them. The holder is part of every query. */
@Injectable()
export class ChatsRepository {
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
    const chat = await this.held(this.chats.createQueryBuilder('chat'), holder)
      .leftJoin('chat.userSystemMessage', 'message')
      .addSelect(['message.displayName', 'message.id'])
      .andWhere('chat.id = :id', { id })
      .getOne();
    return chat && Object.assign(chat, { userSystemMessageDisplayName: chat.userSystemMessage?.displayName ?? null });
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

  private held(query: SelectQueryBuilder<Chat>, holder: ChatHolder): SelectQueryBuilder<Chat> {
    return query.where(
      new Brackets((where) => {
        where.where('chat.userId IS NULL');
        if (holder !== 'anonymous') where.orWhere('chat.userId = :userId', { userId: holder.userId });
      }),
    );
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
