import { DeletedSubject } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import type { EntityManager, Repository } from 'typeorm';

/** Who may not come back before an administrator says so. */
@Injectable()
export class DeletedSubjectsRepository {
  constructor(@InjectRepository(DeletedSubject) private readonly subjects: Repository<DeletedSubject>) {}

  /** The account that the subject had; null when none was deleted. */
  async findUserId(subject: string): Promise<number | null> {
    return (await this.subjects.findOneBy({ subjectHash: hashOf(subject) }))?.userId ?? null;
  }

  /** False when no account of this id was deleted, or its owner has been let in again. */
  async delete(userId: number): Promise<boolean> {
    const { affected } = await this.subjects.delete({ userId });
    return affected !== 0;
  }
}

/** In the transaction that deletes the account. */
export async function rememberDeleted(manager: EntityManager, subject: string, userId: number): Promise<void> {
  await manager.upsert(DeletedSubject, { subjectHash: hashOf(subject), userId, deletedAt: new Date() }, [
    'subjectHash',
  ]);
}

const hashOf = (subject: string): string => createHash('sha256').update(subject).digest('hex');
