import { databaseTime, listOptions, pagingResult, type PagingQuery } from '@app/common';
import type { AuditEntry } from '@app/database';
import { Injectable, Logger } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { mapAuditEntry, type GetAuditResponseItemDtoPagingResult } from './audit.dto.js';
import { AUDIT_ORDER_FIELDS, AuditRepository } from './audit.repository.js';

const ACTOR_LENGTH = 190;
const ACTION_LENGTH = 60;
const TARGET_LENGTH = 80;

/** Who did what. Changes of the baton write their rows themselves, in their own transactions. */
@Injectable()
export class AuditService {
  private readonly logger = new Logger('Audit');

  constructor(private readonly entries: AuditRepository) {}

  /** Never fails: what it tells of has happened. */
  async record({ actor, action, target, data }: Omit<AuditEntry, 'id' | 'createdAt'>): Promise<void> {
    const entry: AuditEntry = {
      id: uuidv7(),
      actor: actor.slice(0, ACTOR_LENGTH),
      action: action.slice(0, ACTION_LENGTH),
      target: target.slice(0, TARGET_LENGTH),
      data,
      createdAt: databaseTime(),
    };
    await this.entries.insert(entry).catch((error: unknown) => {
      this.logger.error({ msg: `Not in the audit log: ${action} by ${actor} on ${target}`, err: error });
    });
  }

  async list(query: PagingQuery): Promise<GetAuditResponseItemDtoPagingResult> {
    const options = listOptions(query, AUDIT_ORDER_FIELDS, { field: 'createdUtc', direction: 'DESC' });
    const [entries, total] = await this.entries.list(options);
    return pagingResult(query, entries.map(mapAuditEntry), total);
  }
}
