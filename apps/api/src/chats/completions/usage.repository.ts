import type { TurnUsage } from '@app/contracts';
import { insertRows, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';

export interface SideUsage {
  turnId: string;
  botId: string;
  userKey: string;
  serviceId: string;
  model: string;
  usageType: number;
  usage: TurnUsage;
}

/** What calls of a model cost that are no answers: for a route, for a title. */
@Injectable()
export class UsageRepository {
  constructor(private readonly dataSource: DataSource) {}

  async record({ usage, ...call }: SideUsage): Promise<void> {
    const at = new Date();
    const row = {
      id: uuidv7(),
      turn_id: call.turnId,
      bot_id: call.botId,
      user_key: call.userKey,
      service_id: call.serviceId,
      model: call.model,
      usage_type: call.usageType,
      request_date: at.toISOString().slice(0, 10),
      input_tokens: usage.inputTokens,
      cached_tokens: usage.cachedTokens,
      output_tokens: usage.outputTokens,
      reasoning_tokens: usage.reasoningTokens,
      is_estimated: usage.isEstimated,
      cost_nano: null,
      created_at: toSqlTime(at),
    };
    await insertRows(this.dataSource.manager, 'usage_ledger', [row]);
  }
}
