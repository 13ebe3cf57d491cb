import type { TurnUsage } from '@app/contracts';
import { insertRows, tokenColumns, toSqlTime, USAGE_TYPE } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from 'uuidv7';

/** What calls of a model have used, and who is charged for it. */
export interface UsageCharge {
  turnId: string;
  botId: string;
  userKey: string;
  serviceId: string | null;
  /** Empty when no model was called. */
  model: string;
  /** One of `USAGE_TYPE`. */
  usageType: number;
  usage: TurnUsage;
}

/** Writes charges into the ledger. Costs are added by the roll-up. */
export async function chargeUsage(manager: EntityManager, charges: readonly UsageCharge[], at: Date): Promise<void> {
  const rows = charges.map(({ turnId, botId, userKey, serviceId, model, usageType, usage }) => ({
    id: uuidv7(),
    turn_id: turnId,
    bot_id: botId,
    user_key: userKey,
    service_id: serviceId,
    model,
    usage_type: usageType,
    request_date: at.toISOString().slice(0, 10),
    ...tokenColumns(usage),
    is_estimated: usage.isEstimated,
    cost_nano: null,
    created_at: toSqlTime(at),
  }));
  await insertRows(manager, 'usage_ledger', rows);
}

/** Corrects the charge for a turn's answer, once its usage is known. */
export async function correctCharge(manager: EntityManager, turnId: string, usage: TurnUsage): Promise<void> {
  const columns = { ...tokenColumns(usage), is_estimated: Number(usage.isEstimated) };
  const assignments = Object.keys(columns).map((column) => `${column} = ?`);
  await manager.query(`UPDATE usage_ledger SET ${assignments.join(', ')} WHERE turn_id = ? AND usage_type = ?`, [
    ...Object.values(columns),
    turnId,
    USAGE_TYPE.chat,
  ]);
}

/** Charges for calls of a model that are no turns' answers: routing, titles. */
@Injectable()
export class UsageLedger {
  constructor(private readonly dataSource: DataSource) {}

  charge(charge: UsageCharge): Promise<void> {
    return chargeUsage(this.dataSource.manager, [charge], new Date());
  }
}
