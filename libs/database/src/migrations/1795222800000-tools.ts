import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class Tools1795222800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'bot_tools',
      {
        id: t.primary(t.key()),
        bot_id: t.key(),
        name: t.key(64),
        description: t.text(),
        parameters: t.json(),
        url: t.nullable(t.text()),
        secret_headers: t.json(),
        timeout_ms: t.int(),
        is_active: t.flag(),
        created_at: t.time(),
        updated_at: t.time(),
      },
      {
        foreignKeys: [t.foreignKey('fk_bot_tools_bot', 'bot_id', 'bots', 'CASCADE')],
        unique: { ux_bot_tools_bot_name: ['bot_id', 'name'] },
      },
    );
    await t.create(
      'chat_variables',
      {
        chat_id: t.primary(t.key()),
        name: t.primary(t.exact(128)),
        value: t.text(),
        updated_at: t.time(),
      },
      { foreignKeys: [t.foreignKey('fk_chat_variables_chat', 'chat_id', 'chats', 'CASCADE')] },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('chat_variables');
    await runner.dropTable('bot_tools');
  }
}
