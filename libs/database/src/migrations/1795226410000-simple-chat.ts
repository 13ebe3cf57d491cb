import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class SimpleChat1795226410000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'simple_chat_threads',
      {
        chat_id: t.primary(t.key()),
        visitor_id: t.key(64),
        user_id: t.nullable(t.exact(200)),
        heard_seq: t.int(),
      },
      {
        foreignKeys: [t.foreignKey('fk_simple_chat_threads_chat', 'chat_id', 'chats', 'CASCADE')],
        indices: { ix_simple_chat_threads_visitor: ['visitor_id', 'chat_id'] },
      },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('simple_chat_threads');
  }
}
