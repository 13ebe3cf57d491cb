import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class Deliveries1795226400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'inbox',
      {
        id: t.generated(),
        channel: t.key(20),
        external_id: t.key(64),
        lane: t.key(64),
        payload: t.nullable(t.json()),
        state: t.key(10),
        attempts: t.int(),
        claim: t.nullable(t.key()),
        due_at: t.time(),
        error: t.nullable(t.varchar(300)),
        received_at: t.time(),
        handled_at: t.nullable(t.time()),
      },
      {
        indices: {
          ix_inbox_due: ['channel', 'state', 'lane', 'id'],
          ix_inbox_handled: ['state', 'handled_at'],
        },
        unique: { ux_inbox_message: ['channel', 'external_id'] },
      },
    );
    await t.create(
      'outbox',
      {
        id: t.generated(),
        channel: t.key(20),
        lane: t.key(64),
        chat_id: t.nullable(t.key()),
        message_id: t.nullable(t.key()),
        source_key: t.key(80),
        text: t.text(),
        state: t.key(10),
        attempts: t.int(),
        is_uncertain: t.flag(),
        claim: t.nullable(t.key()),
        due_at: t.time(),
        external_id: t.nullable(t.key(64)),
        delivery: t.nullable(t.key(20)),
        error_code: t.nullable(t.key(40)),
        error_detail: t.nullable(t.varchar(300)),
        created_at: t.time(),
        first_attempt_at: t.nullable(t.time()),
        settled_at: t.nullable(t.time()),
      },
      {
        foreignKeys: [t.foreignKey('fk_outbox_chat', 'chat_id', 'chats', 'CASCADE')],
        indices: {
          ix_outbox_due: ['channel', 'state', 'lane', 'id'],
          ix_outbox_state: ['channel', 'state', 'id'],
          ix_outbox_external: ['channel', 'external_id'],
          ix_outbox_settled: ['state', 'settled_at'],
          ix_outbox_chat: ['chat_id'],
        },
        unique: { ux_outbox_source: ['channel', 'source_key'] },
      },
    );
    await t.create(
      'chat_deliveries',
      { chat_id: t.primary(t.key()), delivered_seq: t.int() },
      { foreignKeys: [t.foreignKey('fk_chat_deliveries_chat', 'chat_id', 'chats', 'CASCADE')] },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['chat_deliveries', 'outbox', 'inbox']) await runner.dropTable(table);
  }
}
