import type { TableBuilder } from '../table-builder.js';

export async function createAccounting(t: TableBuilder): Promise<void> {
  await t.create(
    'usage_ledger',
    {
      id: t.primary(t.key()),
      turn_id: t.nullable(t.key()),
      bot_id: t.key(),
      user_key: t.key(80),
      service_id: t.nullable(t.key()),
      model: t.varchar(200),
      usage_type: t.int(),
      request_date: t.key(10),
      input_tokens: t.int(),
      cached_tokens: t.int(),
      output_tokens: t.int(),
      reasoning_tokens: t.int(),
      is_estimated: t.flag(),
      cost_nano: t.nullable(t.bigint()),
      created_at: t.time(),
    },
    {
      indices: {
        ix_usage_ledger_date: ['request_date', 'bot_id', 'usage_type'],
        ix_usage_ledger_turn: ['turn_id'],
      },
    },
  );
  await t.create('usage_daily', {
    request_date: t.primary(t.key(10)),
    bot_id: t.primary(t.key()),
    usage_type: t.primary(t.int()),
    user_key: t.primary(t.key(80)),
    request_count: t.int(),
    input_tokens: t.bigint(),
    output_tokens: t.bigint(),
    cost_nano: t.bigint(),
  });
  await t.create(
    'idempotency_keys',
    {
      hash: t.primary(t.key(64)),
      request_hash: t.key(64),
      state: t.key(10),
      status: t.nullable(t.int()),
      answer: t.nullable(t.json()),
      created_at: t.time(),
    },
    { indices: { ix_idempotency_keys_created: ['created_at'] } },
  );
  await t.create('system_state', { name: t.primary(t.key(60)), value: t.json(), updated_at: t.time() });
  await t.create(
    'audit_log',
    {
      id: t.primary(t.key()),
      actor: t.varchar(190),
      action: t.key(60),
      target: t.key(80),
      data: t.json(),
      created_at: t.time(),
    },
    { indices: { ix_audit_log_target: ['target'], ix_audit_log_at: ['created_at'] } },
  );
}
