import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class ServiceProbes1795258800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'service_probes',
      {
        service_id: t.primary(t.key()),
        endpoint: t.text(),
        dialect: t.nullable(t.key(20)),
        model: t.nullable(t.varchar(200)),
        probed_at: t.time(),
        matrix: t.json(),
        models: t.nullable(t.json()),
        is_list_complete: t.flag(),
        listed_at: t.nullable(t.time()),
      },
      { foreignKeys: [t.foreignKey('fk_service_probes_service', 'service_id', 'openai_services', 'CASCADE')] },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('service_probes');
  }
}
