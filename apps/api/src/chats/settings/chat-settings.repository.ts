import { Chat } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { bumpListVersions } from '../chat/chat-list-version.repository.js';

/** Settings of chats. */
@Injectable()
export class ChatSettingsRepository {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Chat) private readonly chats: Repository<Chat>,
  ) {}

  async rename(id: string, displayName: string): Promise<void> {
    await this.chats.update({ id }, { displayName, isNamed: true });
  }

  /** Unless the chat was named by hand meanwhile. */
  async renameUnnamed(id: string, displayName: string): Promise<void> {
    await this.chats.update({ id, isNamed: false }, { displayName, isNamed: true });
  }

  /** Throws a foreign key violation when the message was deleted meanwhile. */
  async attachSystemMessage(id: string, userSystemMessageId: string | null): Promise<void> {
    await this.chats.update({ id }, { userSystemMessageId });
  }

  /** Unless the chat's log has an event. */
  async changeBot(id: string, botId: string): Promise<void> {
    await this.chats.update({ id, nextSeq: 1 }, { botId });
  }

  /** False when the user has no such chat. */
  async setFavorite(userId: number, id: string, isFavorite: boolean): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      await bumpListVersions(manager, [userId]);
      const { affected } = await manager.update(Chat, { id, userId }, { isFavorite });
      return affected !== 0;
    });
  }

  async markAdminChat(id: string, userId: number | null): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await bumpListVersions(manager, [userId]);
      await manager.update(Chat, { id }, { isAdminChat: true });
    });
  }
}
