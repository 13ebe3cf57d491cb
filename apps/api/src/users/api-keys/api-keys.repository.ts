import type { ListOptions } from '@app/common';
import { ApiKey, BrowserSession, dialectOf, findPage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Brackets, IsNull, type EntityManager, type Repository } from 'typeorm';

export type ApiKeyOrder = 'name' | 'createdAt' | 'expiresAt' | 'lastUsedAt';

const ORDER_COLUMN: Record<ApiKeyOrder, string> = {
  name: 'key.name',
  createdAt: 'key.createdAt',
  expiresAt: 'key.expiresAt',
  lastUsedAt: 'key.lastUsedAt',
};

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  /** Keys of the user that have not been revoked. */
  list(userId: number, options: ListOptions<ApiKeyOrder>): Promise<[ApiKey[], number]> {
    const query = this.keys.createQueryBuilder('key').where({ userId, revokedAt: IsNull() });
    return findPage(query, options, {
      searched: ['key.name'],
      orderedBy: ORDER_COLUMN[options.orderBy.field],
    });
  }

  findByHash(hash: string): Promise<ApiKey | null> {
    return this.keys.findOneBy({ hash });
  }

  /** At most `limit` keys for each user, also when several are made at the same time. */
  async insert(key: ApiKey, limit: number): Promise<'done' | 'repeated' | 'no-user' | 'too-many'> {
    return this.keys.manager.transaction(async (tx) => {
      if (!(await this.lockUser(tx, key.userId))) return 'no-user';
      if (await tx.existsBy(ApiKey, { id: key.id })) return 'repeated';
      if ((await tx.countBy(ApiKey, { userId: key.userId, revokedAt: IsNull() })) >= limit) return 'too-many';
      await tx.insert(ApiKey, key);
      return 'done';
    });
  }

  /** Makes this the one key of that name; an account that had the key or the name before loses it. */
  async replaceByName(key: ApiKey): Promise<void> {
    await this.keys.manager.transaction(async (tx) => {
      await this.lockUser(tx, key.userId);
      await tx
        .createQueryBuilder()
        .delete()
        .from(ApiKey)
        .where(new Brackets((any) => any.where('name = :name', key).orWhere('hash = :hash', key)))
        .execute();
      await tx.insert(ApiKey, key);
    });
  }

  /** The sessions that the key was exchanged for end with it. False when the user has no such key. */
  async revoke(userId: number, id: string, at: Date): Promise<boolean> {
    return this.keys.manager.transaction(async (tx) => {
      const { affected } = await tx.update(ApiKey, { id, userId, revokedAt: IsNull() }, { revokedAt: at });
      if (affected !== 1) return false;
      await tx.delete(BrowserSession, { apiKeyId: id });
      return true;
    });
  }

  async noteUse(id: string, at: Date, unlessAfter: Date): Promise<void> {
    await this.keys
      .createQueryBuilder()
      .update()
      .set({ lastUsedAt: at })
      .where('id = :id AND (lastUsedAt IS NULL OR lastUsedAt < :unlessAfter)', { id, unlessAfter })
      .execute();
  }

  private async lockUser(tx: EntityManager, userId: number): Promise<boolean> {
    const { forUpdate } = dialectOf(tx.connection);
    const rows = await tx.query<unknown[]>(`SELECT id FROM users WHERE id = ?${forUpdate}`, [userId]);
    return rows.length > 0;
  }
}
