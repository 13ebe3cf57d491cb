import type { ListOptions } from '@app/common';
import { ApiKey, BrowserSession, dialectOf, findPage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, LessThanOrEqual, MoreThan, type Repository } from 'typeorm';

export type SessionOrder = 'createdAt' | 'lastUsedAt' | 'expiresAt';

/** A session that may be used was used after `usedAfter`, and ends after `now`. */
export interface LivingAt {
  now: Date;
  usedAfter: Date;
}

@Injectable()
export class SessionsRepository {
  constructor(@InjectRepository(BrowserSession) private readonly sessions: Repository<BrowserSession>) {}

  find(id: string): Promise<BrowserSession | null> {
    return this.sessions.findOneBy({ id });
  }

  list(
    userId: number,
    { now, usedAfter }: LivingAt,
    options: ListOptions<SessionOrder>,
  ): Promise<[BrowserSession[], number]> {
    const query = this.sessions
      .createQueryBuilder('session')
      .where({ userId, expiresAt: MoreThan(now), lastUsedAt: MoreThan(usedAfter) });
    const orderedBy = `session.${options.orderBy.field}`;
    return findPage(query, options, { searched: ['session.browser'], orderedBy });
  }

  /** False when the key that is exchanged has just been revoked: its sessions end with it, also this one. */
  async insert(session: BrowserSession): Promise<boolean> {
    return this.sessions.manager.transaction(async (tx) => {
      if (session.apiKeyId !== null) {
        const { forShare } = dialectOf(tx.connection);
        await tx.query(`SELECT id FROM api_keys WHERE id = ?${forShare}`, [session.apiKeyId]);
        if (!(await tx.existsBy(ApiKey, { id: session.apiKeyId, revokedAt: IsNull() }))) return false;
      }
      await tx.insert(BrowserSession, session);
      return true;
    });
  }

  /** The oldest beyond so many of a user. */
  async deleteSurplus(userId: number, limit: number): Promise<string[]> {
    const surplus = await this.sessions.find({
      select: { id: true },
      where: { userId },
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: limit,
      take: limit,
    });
    const ids = surplus.map(({ id }) => id);
    if (ids.length > 0) await this.sessions.delete(ids);
    return ids;
  }

  async noteUse(id: string, at: Date, unlessAfter: Date): Promise<void> {
    await this.sessions.update({ id, lastUsedAt: LessThanOrEqual(unlessAfter) }, { lastUsedAt: at });
  }

  /** False when another request was faster. */
  async rotate(
    id: string,
    knownHash: string,
    changes: Pick<BrowserSession, 'secretHash' | 'previousHash' | 'previousUntil' | 'rotatedAt'>,
  ): Promise<boolean> {
    return (await this.sessions.update({ id, secretHash: knownHash }, changes)).affected === 1;
  }

  async confirm(id: string, secretHash: string, previousUntil: Date): Promise<void> {
    await this.sessions.update({ id, secretHash }, { previousUntil });
  }

  /** False when the user has no such session. */
  async delete(userId: number, id: string): Promise<boolean> {
    return (await this.sessions.delete({ userId, id })).affected === 1;
  }

  async deleteEnded({ now, usedAfter }: LivingAt): Promise<void> {
    await this.sessions.delete({ expiresAt: LessThanOrEqual(now) });
    await this.sessions.delete({ lastUsedAt: LessThan(usedAfter) });
  }
}
