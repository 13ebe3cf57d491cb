import { databaseTime } from '@app/common';
import {
  Chat,
  fromSqlJson,
  fromSqlTime,
  GroupCommit,
  placeholders,
  type ChatOwner,
  type TurnMetaData,
  type TurnStatus,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { bumpListVersions } from './chat-list-version.repository.js';

/** The customer of a chat: a user, a visitor, or an anonymous caller who knows the chat's id. */
export type ChatCustomer = { userId: number } | { visitorId: string } | 'anonymous';

/** Where a chat was created. */
export type ChatChannel = 'api' | 'threads' | 'simple-chat' | 'whatsapp' | 'widget';

export interface NewChat extends Pick<Chat, 'id' | 'userId' | 'visitorId' | 'botId'> {
  channel: ChatChannel;
}

export interface StoredChat {
  id: string;
  userId: number | null;
  visitorId: string | null;
  botId: string;
  channel: string;
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
  visitor_id: string | null;
  bot_id: string;
  channel: string;
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

/** Chats as their customers see them. */
@Injectable()
export class ChatsRepository {
  private readonly reads = new GroupCommit((ids: string[]) => this.readChats(ids));

  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Chat) private readonly chats: Repository<Chat>,
  ) {}

  async insertChat(chat: NewChat): Promise<void> {
    const row = newChatRow(chat);
    if (chat.userId === null) {
      await this.chats.insert(row);
      return;
    }
    await this.dataSource.transaction(async (manager) => {
      await bumpListVersions(manager, [chat.userId]);
      await manager.insert(Chat, row);
    });
  }

  /** A chat without user and visitor is open to every caller who knows its id. */
  async findCustomerChat(id: string, customer: ChatCustomer): Promise<StoredChat | null> {
    const chat = await this.reads.submit(id);
    return chat !== null && isCustomerOf(chat, customer) ? chat : null;
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

  /** Every request for a chat starts with this query: concurrent requests share it. */
  private async readChats(ids: string[]): Promise<(StoredChat | null)[]> {
    const rows = await this.dataSource.query<ChatRow[]>(
      `SELECT c.id, c.user_id, c.visitor_id, c.bot_id, c.channel, c.display_name, c.is_favorite, c.user_system_message_id, s.display_name AS message_name,
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

/** A new chat: its owner is the bot, its log is empty. */
export function newChatRow(chat: NewChat): Omit<Chat, 'user' | 'bot' | 'userSystemMessage'> {
  const now = databaseTime();
  return {
    ...chat,
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
}

function isCustomerOf({ userId, visitorId }: StoredChat, customer: ChatCustomer): boolean {
  if (userId === null && visitorId === null) return true;
  if (customer === 'anonymous') return false;
  return 'userId' in customer ? customer.userId === userId : customer.visitorId === visitorId;
}

const chatOf = (row: ChatRow): StoredChat => ({
  id: row.id,
  userId: row.user_id,
  visitorId: row.visitor_id,
  botId: row.bot_id,
  channel: row.channel,
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
