import { Chat, ChatAddress, isDuplicate, isTransient } from '@app/database';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { newChatRow, type NewChat } from './chats.repository.js';

const ATTEMPTS = 5;

/** Chats that are found by an address instead of an id: one per channel, bot and visitor. */
@Injectable()
export class AddressedChatsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The id of the open chat at the new chat's address; inserts the new chat if there is none. Of concurrent calls one inserts. */
  async findOrInsert(chat: NewChat): Promise<string> {
    const addressHash = hashOf(chat);
    for (let attempt = 1; ; attempt++) {
      const known = await this.find(addressHash);
      if (known !== null && known.owner !== 'closed') return known.chatId;
      try {
        if (await this.insert(chat, addressHash, known?.chatId ?? null)) return chat.id;
      } catch (error) {
        if (!(isDuplicate(error) || isTransient(error)) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async find(addressHash: string): Promise<{ chatId: string; owner: Chat['owner'] } | null> {
    const [row] = await this.dataSource.query<{ chat_id: string; owner: Chat['owner'] }[]>(
      'SELECT a.chat_id, c.owner FROM chat_addresses a JOIN chats c ON c.id = a.chat_id WHERE a.address_hash = ?',
      [addressHash],
    );
    return row === undefined ? null : { chatId: row.chat_id, owner: row.owner };
  }

  /** False when a concurrent call has replaced the former chat. */
  private insert(chat: NewChat, addressHash: string, formerChatId: string | null): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      if (formerChatId !== null) {
        const deleted = await manager.delete(ChatAddress, { addressHash, chatId: formerChatId });
        if (deleted.affected === 0) return false;
      }
      await manager.insert(Chat, newChatRow(chat));
      await manager.insert(ChatAddress, { addressHash, chatId: chat.id });
      return true;
    });
  }
}

const hashOf = ({ channel, botId, visitorId }: NewChat): string =>
  createHash('sha256')
    .update(JSON.stringify([channel, botId, visitorId]))
    .digest('hex');
