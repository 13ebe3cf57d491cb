import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class DeletedSubjects1795230000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'deleted_subjects',
      { subject_hash: t.primary(t.key(64)), user_id: t.int(), deleted_at: t.time() },
      { indices: { ix_deleted_subjects_user: ['user_id'] } },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('deleted_subjects');
  }
}
