import type { TableBuilder } from '../table-builder.js';

export async function createChats(t: TableBuilder): Promise<void> {
  await t.create(
    'chats',
    {
      id: t.primary(t.key()),
      user_id: t.nullable(t.int()),
      visitor_id: t.nullable(t.key(64)),
      bot_id: t.key(),
      display_name: t.varchar(300),
      is_named: t.flag(),
      is_favorite: t.flag(),
      is_admin_chat: t.flag(),
      user_system_message_id: t.nullable(t.key()),
      channel: t.key(20),
      owner: t.key(12),
      epoch: t.int(),
      agent_id: t.nullable(t.int()),
      lease_until: t.nullable(t.time()),
      waiting_since: t.nullable(t.time()),
      next_seq: t.int(),
      running_turn_id: t.nullable(t.key()),
      queued_turns: t.int(),
      created_at: t.time(),
      last_accessed_at: t.time(),
    },
    {
      foreignKeys: [
        t.foreignKey('fk_chats_user', 'user_id', 'users', 'CASCADE'),
        t.foreignKey('fk_chats_bot', 'bot_id', 'bots', 'RESTRICT'),
        t.foreignKey('fk_chats_user_system_message', 'user_system_message_id', 'user_system_messages', 'SET NULL'),
      ],
      indices: {
        ix_chats_user_accessed: ['user_id', 'is_admin_chat', 'last_accessed_at', 'id'],
        ix_chats_user_bot_accessed: ['user_id', 'bot_id', 'is_admin_chat', 'last_accessed_at', 'id'],
        ix_chats_user_message_accessed: [
          'user_id',
          'bot_id',
          'user_system_message_id',
          'is_admin_chat',
          'last_accessed_at',
          'id',
        ],
        ix_chats_user_favorite_accessed: ['user_id', 'is_admin_chat', 'is_favorite', 'last_accessed_at', 'id'],
        ix_chats_user_name: ['user_id', 'is_admin_chat', 'display_name', 'id'],
        ix_chats_user_created: ['user_id', 'is_admin_chat', 'created_at', 'id'],
        ix_chats_owner: ['owner', 'lease_until'],
        ix_chats_waiting: ['owner', 'waiting_since'],
        ix_chats_agent: ['agent_id', 'owner'],
        ix_chats_running: ['running_turn_id'],
        ix_chats_bot: ['bot_id'],
        ix_chats_user_system_message: ['user_system_message_id'],
      },
    },
  );
  await t.create(
    'chat_list_versions',
    { user_id: t.primary(t.int()), version: t.int() },
    { foreignKeys: [t.foreignKey('fk_chat_list_versions_user', 'user_id', 'users', 'CASCADE')] },
  );
  await t.create(
    'messages',
    {
      id: t.primary(t.key()),
      chat_id: t.key(),
      seq: t.int(),
      author: t.key(10),
      kind: t.key(10),
      text: t.json(),
      status: t.key(12),
      turn_id: t.nullable(t.key()),
      agent_id: t.nullable(t.int()),
      created_at: t.time(),
    },
    {
      foreignKeys: [t.foreignKey('fk_messages_chat', 'chat_id', 'chats', 'CASCADE')],
      indices: { ix_messages_chat_seq: ['chat_id', 'seq'] },
    },
  );
  await t.create(
    'turns',
    {
      id: t.primary(t.key()),
      chat_id: t.key(),
      bot_id: t.key(),
      seq: t.int(),
      epoch: t.int(),
      status: t.key(12),
      input_message_id: t.key(),
      output_message_id: t.key(),
      service_id: t.nullable(t.key()),
      model: t.nullable(t.varchar(200)),
      attempts: t.int(),
      recoveries: t.int(),
      options: t.json(),
      input_tokens: t.int(),
      cached_tokens: t.int(),
      output_tokens: t.int(),
      reasoning_tokens: t.int(),
      is_usage_estimated: t.flag(),
      error: t.nullable(t.json()),
      trace: t.nullable(t.json()),
      meta_data: t.nullable(t.json()),
      user_key: t.key(80),
      request_key: t.nullable(t.key(64)),
      request_hash: t.nullable(t.key(64)),
      lease_until: t.nullable(t.time()),
      created_at: t.time(),
      started_at: t.nullable(t.time()),
      ended_at: t.nullable(t.time()),
    },
    {
      foreignKeys: [t.foreignKey('fk_turns_chat', 'chat_id', 'chats', 'CASCADE')],
      indices: { ix_turns_chat_seq: ['chat_id', 'seq'], ix_turns_status_lease: ['status', 'lease_until'] },
      unique: { ux_turns_request_key: ['request_key'] },
    },
  );
  await t.create(
    'turn_chunks',
    { turn_id: t.primary(t.key()), chunk_offset: t.primary(t.int()), text: t.json() },
    { foreignKeys: [t.foreignKey('fk_turn_chunks_turn', 'turn_id', 'turns', 'CASCADE')] },
  );
  await t.create(
    'chat_events',
    {
      chat_id: t.primary(t.key()),
      seq: t.primary(t.int()),
      type: t.key(40),
      actor: t.json(),
      epoch: t.int(),
      audience: t.key(10),
      message_id: t.nullable(t.key()),
      data: t.json(),
      created_at: t.time(),
    },
    { foreignKeys: [t.foreignKey('fk_chat_events_chat', 'chat_id', 'chats', 'CASCADE')] },
  );
  await t.create(
    'chat_files',
    {
      chat_id: t.primary(t.key()),
      path_hash: t.primary(t.key(64)),
      path: t.varchar(1024),
      file_id: t.key(),
      created_at: t.time(),
    },
    {
      foreignKeys: [
        t.foreignKey('fk_chat_files_chat', 'chat_id', 'chats', 'CASCADE'),
        t.foreignKey('fk_chat_files_file', 'file_id', 'stored_files', 'CASCADE'),
      ],
      indices: { ix_chat_files_file: ['file_id'] },
    },
  );
  await t.create(
    'tickets',
    { hash: t.primary(t.key(64)), chat_id: t.key(), expires_at: t.time() },
    {
      foreignKeys: [t.foreignKey('fk_tickets_chat', 'chat_id', 'chats', 'CASCADE')],
      indices: { ix_tickets_chat: ['chat_id'], ix_tickets_expires: ['expires_at'] },
    },
  );
  await t.create(
    'feedback',
    {
      id: t.primary(t.key()),
      bot_id: t.key(),
      chat_id: t.nullable(t.key()),
      user_message: t.json(),
      assistant_message: t.json(),
      user_comment: t.text(),
      vote_id: t.int(),
      message_created_at: t.time(),
      status: t.nullable(t.int()),
      admin_comment: t.nullable(t.text()),
      admin_updated_at: t.nullable(t.time()),
      created_at: t.time(),
    },
    {
      foreignKeys: [
        t.foreignKey('fk_feedback_bot', 'bot_id', 'bots', 'CASCADE'),
        t.foreignKey('fk_feedback_chat', 'chat_id', 'chats', 'SET NULL'),
      ],
      indices: { ix_feedback_bot: ['bot_id', 'created_at', 'id'], ix_feedback_chat: ['chat_id'] },
    },
  );
}
