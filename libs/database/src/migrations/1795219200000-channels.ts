import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class Channels1795219200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await runner.createIndex(
      'chats',
      new TableIndex({ name: 'ix_chats_channel', columnNames: ['channel', 'created_at', 'id'] }),
    );
    await t.create(
      'chat_addresses',
      { address_hash: t.primary(t.key(64)), chat_id: t.key() },
      {
        foreignKeys: [t.foreignKey('fk_chat_addresses_chat', 'chat_id', 'chats', 'CASCADE')],
        indices: { ix_chat_addresses_chat: ['chat_id'] },
      },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('chat_addresses');
    await runner.dropIndex('chats', 'ix_chats_channel');
  }
}
