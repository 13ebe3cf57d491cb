import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class ServiceLimits1795248000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addNullable('openai_services', { max_concurrency: t.int(), queue_seconds: t.int() });
    await t.create(
      'bot_fallbacks',
      {
        bot_id: t.primary(t.key()),
        position: t.primary(t.int()),
        service_id: t.key(),
        model_name: t.nullable(t.varchar(200)),
      },
      {
        foreignKeys: [
          t.foreignKey('fk_bot_fallbacks_bot', 'bot_id', 'bots', 'CASCADE'),
          t.foreignKey('fk_bot_fallbacks_service', 'service_id', 'openai_services', 'CASCADE'),
        ],
        unique: { ux_bot_fallbacks_service: ['service_id', 'bot_id'] },
      },
    );
    await t.create(
      'service_troubles',
      {
        service_id: t.primary(t.key()),
        instance_id: t.primary(t.key()),
        state: t.key(10),
        code: t.key(64),
        since: t.time(),
        seen_at: t.time(),
      },
      { foreignKeys: [t.foreignKey('fk_service_troubles_service', 'service_id', 'openai_services', 'CASCADE')] },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['service_troubles', 'bot_fallbacks']) await runner.dropTable(table);
    for (const column of ['queue_seconds', 'max_concurrency'])
      await runner.query(`ALTER TABLE openai_services DROP COLUMN ${column}`);
  }
}
