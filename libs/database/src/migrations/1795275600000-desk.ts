import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

/** Lists of all chats, the newest activity first. */
const ORDERS = {
  ix_chats_accessed: 'last_accessed_at, id',
  ix_chats_owner_accessed: 'owner, last_accessed_at, id',
  ix_chats_bot_accessed: 'bot_id, last_accessed_at, id',
  // Few chats of each: they are sorted.
  ix_chats_visitor: 'visitor_id',
};

export class Desk1795275600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    for (const [name, columns] of Object.entries(ORDERS))
      await runner.query(`CREATE INDEX ${name} ON chats (${columns})`);
    // The longer one that begins with the bot serves whatever it has served.
    await runner.dropIndex('chats', 'ix_chats_bot');
    const ofChat = (name: string) => t.foreignKey(name, 'chat_id', 'chats', 'CASCADE');
    const ofUser = (name: string) => t.foreignKey(name, 'user_id', 'users', 'CASCADE');
    await t.create(
      'chat_tags',
      { chat_id: t.primary(t.key()), tag: t.primary(t.exact(40)) },
      { foreignKeys: [ofChat('fk_chat_tags_chat')], indices: { ix_chat_tags_tag: ['tag'] } },
    );
    await t.create(
      'chat_read_marks',
      { user_id: t.primary(t.int()), chat_id: t.primary(t.key()), seq: t.int() },
      {
        foreignKeys: [ofUser('fk_chat_read_marks_user'), ofChat('fk_chat_read_marks_chat')],
        indices: { ix_chat_read_marks_chat: ['chat_id'] },
      },
    );
    await t.create(
      'chat_drafts',
      { user_id: t.primary(t.int()), chat_id: t.primary(t.key()), text: t.json(), updated_at: t.time() },
      {
        foreignKeys: [ofUser('fk_chat_drafts_user'), ofChat('fk_chat_drafts_chat')],
        indices: { ix_chat_drafts_chat: ['chat_id'] },
      },
    );
    await t.create(
      'chat_views',
      { id: t.primary(t.key()), user_id: t.int(), name: t.varchar(100), filters: t.json(), created_at: t.time() },
      { foreignKeys: [ofUser('fk_chat_views_user')], indices: { ix_chat_views_user: ['user_id', 'name', 'id'] } },
    );
    await t.create(
      'canned_answers',
      {
        id: t.primary(t.key()),
        user_id: t.nullable(t.int()),
        shortcut: t.exact(40),
        title: t.varchar(100),
        text: t.text(),
        updated_at: t.time(),
      },
      {
        foreignKeys: [ofUser('fk_canned_answers_user')],
        indices: { ix_canned_answers_user: ['user_id', 'shortcut', 'id'] },
      },
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['canned_answers', 'chat_views', 'chat_drafts', 'chat_read_marks', 'chat_tags'])
      await runner.dropTable(table);
    await runner.query('CREATE INDEX ix_chats_bot ON chats (bot_id)');
    for (const name of Object.keys(ORDERS)) await runner.dropIndex('chats', name);
  }
}
