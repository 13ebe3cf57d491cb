import type { TableBuilder } from '../table-builder.js';

export async function createUsers(t: TableBuilder): Promise<void> {
  await t.create(
    'users',
    {
      id: t.generated(),
      login: t.exact(190),
      subject: t.nullable(t.exact(400)),
      display_name: t.varchar(190),
      roles: t.json(),
      terms_accepted_at: t.nullable(t.time()),
      is_keep_chat_history: t.flag(),
      keep_chat_history_for_days: t.int(),
      is_keep_favorites_forever: t.flag(),
      created_at: t.time(),
    },
    { unique: { ux_users_login: ['login'], ux_users_subject: ['subject'] } },
  );
  await t.create(
    'api_keys',
    {
      id: t.primary(t.key()),
      user_id: t.int(),
      name: t.varchar(100),
      hash: t.key(64),
      prefix: t.key(16),
      created_at: t.time(),
      expires_at: t.nullable(t.time()),
      last_used_at: t.nullable(t.time()),
      revoked_at: t.nullable(t.time()),
    },
    {
      foreignKeys: [t.foreignKey('fk_api_keys_user', 'user_id', 'users', 'CASCADE')],
      indices: { ix_api_keys_user: ['user_id'] },
      unique: { ux_api_keys_hash: ['hash'] },
    },
  );
  await t.create(
    'user_system_messages',
    {
      id: t.primary(t.key()),
      user_id: t.int(),
      display_name: t.varchar(200),
      system_message: t.json(),
      created_at: t.time(),
      updated_at: t.time(),
    },
    {
      foreignKeys: [t.foreignKey('fk_user_system_messages_user', 'user_id', 'users', 'CASCADE')],
      indices: { ix_user_system_messages_user: ['user_id', 'display_name', 'id'] },
    },
  );
  await t.create(
    'agent_presence',
    { user_id: t.primary(t.int()), status: t.key(10), capacity: t.int(), seen_until: t.time() },
    { foreignKeys: [t.foreignKey('fk_agent_presence_user', 'user_id', 'users', 'CASCADE')] },
  );
}
