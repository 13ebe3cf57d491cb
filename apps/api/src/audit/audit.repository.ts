import type { ListOptions } from '@app/common';
import { AuditEntry, findPage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

export const AUDIT_ORDER_FIELDS = ['createdUtc', 'actor', 'action', 'target'] as const;
export type AuditOrder = (typeof AUDIT_ORDER_FIELDS)[number];

const ORDER_COLUMN: Record<AuditOrder, string> = {
  createdUtc: 'entry.createdAt',
  actor: 'entry.actor',
  action: 'entry.action',
  target: 'entry.target',
};

@Injectable()
export class AuditRepository {
  constructor(@InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>) {}

  async insert(entry: Omit<AuditEntry, 'data'> & { data: object }): Promise<void> {
    await this.entries.insert(entry);
  }

  list(options: ListOptions<AuditOrder>): Promise<[AuditEntry[], number]> {
    const query = this.entries.createQueryBuilder('entry');
    return findPage(query, options, {
      searched: ['entry.actor', 'entry.action', 'entry.target'],
      orderedBy: ORDER_COLUMN[options.orderBy.field],
    });
  }
}
