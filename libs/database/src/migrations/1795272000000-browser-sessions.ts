import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class BrowserSessions1795272000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'browser_sessions',
      {
        id: t.primary(t.key()),
        user_id: t.int(),
        api_key_id: t.nullable(t.key()),
        secret_hash: t.key(64),
        previous_hash: t.nullable(t.key(64)),
        previous_until: t.nullable(t.time()),
        rotated_at: t.time(),
        browser: t.varchar(200),
        created_at: t.time(),
        last_used_at: t.time(),
        expires_at: t.time(),
      },
      {
        foreignKeys: [
          t.foreignKey('fk_browser_sessions_user', 'user_id', 'users', 'CASCADE'),
          t.foreignKey('fk_browser_sessions_key', 'api_key_id', 'api_keys', 'CASCADE'),
        ],
        indices: {
          ix_browser_sessions_user: ['user_id', 'created_at'],
          ix_browser_sessions_key: ['api_key_id'],
          ix_browser_sessions_expires: ['expires_at'],
        },
      },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('browser_sessions');
  }
}
