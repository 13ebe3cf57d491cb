import type { ListOptions } from '@app/common';
import { dialectOf, findPage, UserSystemMessage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

export type UserSystemMessageOrder = 'displayName' | 'createdAt' | 'updatedAt';

const ORDER_COLUMN: Record<UserSystemMessageOrder, string> = {
  displayName: 'message.displayName',
  createdAt: 'message.createdAt',
  updatedAt: 'message.updatedAt',
};

@Injectable()
export class UserSystemMessagesRepository {
  constructor(@InjectRepository(UserSystemMessage) private readonly messages: Repository<UserSystemMessage>) {}

  /** Without the texts. */
  list(
    userId: number,
    options: ListOptions<UserSystemMessageOrder>,
  ): Promise<[Pick<UserSystemMessage, 'id' | 'displayName'>[], number]> {
    const query = this.messages
      .createQueryBuilder('message')
      .select(['message.id', 'message.displayName'])
      .where('message.userId = :userId', { userId });
    return findPage(query, options, {
      searched: ['message.displayName'],
      orderedBy: ORDER_COLUMN[options.orderBy.field],
    });
  }

  findOwned(userId: number, id: string): Promise<UserSystemMessage | null> {
    return this.messages.findOneBy({ id, userId });
  }

  count(userId: number): Promise<number> {
    return this.messages.countBy({ userId });
  }

  /** At most `limit` messages for each user, also when several are made at the same time. */
  async insert(message: UserSystemMessage, limit: number): Promise<'done' | 'no-user' | 'too-many'> {
    const { userId } = message;
    return this.messages.manager.transaction(async (tx) => {
      const { forUpdate } = dialectOf(tx.connection);
      const owner = await tx.query<unknown[]>(`SELECT id FROM users WHERE id = ?${forUpdate}`, [userId]);
      if (owner.length === 0) return 'no-user';
      if ((await tx.countBy(UserSystemMessage, { userId })) >= limit) return 'too-many';
      await tx.insert(UserSystemMessage, message);
      return 'done';
    });
  }

  async update(userId: number, id: string, displayName: string, systemMessage: string, at: Date): Promise<void> {
    await this.messages.update({ id, userId }, { displayName, systemMessage, updatedAt: at });
  }

  /** Chats that it is attached to are detached by their foreign key. */
  async delete(userId: number, id: string): Promise<boolean> {
    const { affected } = await this.messages.delete({ id, userId });
    return affected !== 0;
  }
}
