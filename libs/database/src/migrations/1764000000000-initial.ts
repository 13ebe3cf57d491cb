import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

const TABLES = [
  'users',
  'api_keys',
  'user_system_messages',
  'stored_files',
  'stored_file_chunks',
  'openai_services',
  'prices',
  'bots',
  'bot_logins',
  'bot_links',
  'bot_facts',
  'chats',
  'messages',
  'turns',
  'turn_chunks',
  'chat_events',
  'chat_files',
  'tickets',
  'feedback',
  'usage_ledger',
  'usage_daily',
  'idempotency_keys',
  'system_state',
  'audit_log',
];

export class Initial1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await this.createUsers(t);
    await this.createBots(t);
    await this.createChats(t);
    await this.createAccounting(t);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await runner.dropTable(table);
  }

  private async createUsers(t: TableBuilder): Promise<void> {
    await t.create(
      'users',
      {
        id: t.generated(),
        login: t.varchar(190),
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
  }

  private async createBots(t: TableBuilder): Promise<void> {
    await t.create('stored_files', {
      id: t.primary(t.key()),
      content_type: t.varchar(127),
      size: t.int(),
      sha256: t.key(64),
      created_at: t.time(),
    });
    await t.create(
      'stored_file_chunks',
      { file_id: t.primary(t.key()), position: t.primary(t.int()), bytes: t.bytes() },
      { foreignKeys: [t.foreignKey('fk_stored_file_chunks_file', 'file_id', 'stored_files', 'CASCADE')] },
    );
    await t.create(
      'openai_services',
      {
        id: t.primary(t.key()),
        display_name: t.varchar(200),
        is_active: t.flag(),
        endpoint: t.nullable(t.text()),
        is_azure: t.flag(),
        is_demo: t.flag(),
        encrypted_key: t.nullable(t.text()),
        dialect: t.key(20),
        capabilities: t.nullable(t.json()),
        health: t.nullable(t.json()),
        default_model: t.nullable(t.varchar(200)),
        created_at: t.time(),
        updated_at: t.time(),
      },
      { indices: { ix_openai_services_display_name: ['display_name'] } },
    );
    await t.create('prices', {
      service_id: t.primary(t.key()),
      model: t.primary(t.exact(200)),
      input_nano: t.bigint(),
      cached_nano: t.bigint(),
      output_nano: t.bigint(),
      updated_at: t.time(),
    });
    await t.create(
      'bots',
      {
        id: t.primary(t.key()),
        code: t.varchar(140),
        display_name: t.varchar(200),
        display_name_de: t.varchar(200),
        display_message: t.text(),
        display_message_de: t.text(),
        description: t.text(),
        description_de: t.text(),
        sample_question1: t.varchar(500),
        sample_question1_de: t.varchar(500),
        sample_question2: t.varchar(500),
        sample_question2_de: t.varchar(500),
        base_system_message: t.json(),
        is_active: t.flag(),
        is_public: t.flag(),
        is_start_bot: t.flag(),
        is_user_system_message_supported: t.flag(),
        implementation_type: t.key(60),
        user_logins: t.text(),
        admin_logins: t.text(),
        contributor_logins: t.text(),
        openai_service_id: t.nullable(t.key()),
        model_name: t.nullable(t.varchar(200)),
        parameters: t.json(),
        configuration: t.json(),
        image_file_id: t.nullable(t.key()),
        created_at: t.time(),
        updated_at: t.time(),
        deleted_at: t.nullable(t.time()),
      },
      {
        foreignKeys: [
          t.foreignKey('fk_bots_service', 'openai_service_id', 'openai_services', 'RESTRICT'),
          t.foreignKey('fk_bots_image', 'image_file_id', 'stored_files', 'SET NULL'),
        ],
        indices: {
          ix_bots_display_name: ['display_name'],
          ix_bots_service: ['openai_service_id'],
          ix_bots_image: ['image_file_id'],
        },
        unique: { ux_bots_code: ['code'] },
      },
    );
    await t.create(
      'bot_logins',
      { bot_id: t.primary(t.key()), login: t.primary(t.exact(190)), role: t.primary(t.key(12)) },
      {
        foreignKeys: [t.foreignKey('fk_bot_logins_bot', 'bot_id', 'bots', 'CASCADE')],
        indices: { ix_bot_logins_login: ['login', 'bot_id'] },
      },
    );
    await t.create(
      'bot_links',
      {
        start_bot_id: t.primary(t.key()),
        bot_id: t.primary(t.key()),
        is_default_bot: t.flag(),
        keywords: t.text(),
        created_at: t.time(),
      },
      {
        foreignKeys: [
          t.foreignKey('fk_bot_links_start_bot', 'start_bot_id', 'bots', 'CASCADE'),
          t.foreignKey('fk_bot_links_bot', 'bot_id', 'bots', 'CASCADE'),
        ],
        indices: { ix_bot_links_bot: ['bot_id'] },
      },
    );
    await t.create(
      'bot_facts',
      {
        id: t.primary(t.key()),
        bot_id: t.key(),
        is_active: t.flag(),
        fact_text: t.json(),
        created_at: t.time(),
        updated_at: t.time(),
      },
      {
        foreignKeys: [t.foreignKey('fk_bot_facts_bot', 'bot_id', 'bots', 'CASCADE')],
        indices: { ix_bot_facts_bot: ['bot_id', 'created_at', 'id'] },
      },
    );
  }

  private async createChats(t: TableBuilder): Promise<void> {
    await t.create(
      'chats',
      {
        id: t.primary(t.key()),
        user_id: t.nullable(t.int()),
        visitor_id: t.nullable(t.key(64)),
        bot_id: t.key(),
        display_name: t.varchar(300),
        is_favorite: t.flag(),
        is_admin_chat: t.flag(),
        user_system_message_id: t.nullable(t.key()),
        channel: t.key(20),
        owner: t.key(12),
        epoch: t.int(),
        agent_id: t.nullable(t.int()),
        lease_until: t.nullable(t.time()),
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
          ix_chats_user_accessed: ['user_id', 'last_accessed_at', 'id'],
          ix_chats_user_bot_accessed: ['user_id', 'bot_id', 'last_accessed_at', 'id'],
          ix_chats_user_message_accessed: ['user_id', 'bot_id', 'user_system_message_id', 'last_accessed_at', 'id'],
          ix_chats_user_favorite_accessed: ['user_id', 'is_favorite', 'last_accessed_at', 'id'],
          ix_chats_user_name: ['user_id', 'display_name', 'id'],
          ix_chats_owner: ['owner', 'lease_until'],
          ix_chats_running: ['running_turn_id'],
          ix_chats_bot: ['bot_id'],
          ix_chats_user_system_message: ['user_system_message_id'],
        },
      },
    );
    await t.create(
      'messages',
      {
        id: t.primary(t.key()),
        chat_id: t.key(),
        seq: t.int(),
        author: t.key(10),
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

  private async createAccounting(t: TableBuilder): Promise<void> {
    await t.create(
      'usage_ledger',
      {
        id: t.primary(t.key()),
        turn_id: t.nullable(t.key()),
        bot_id: t.key(),
        user_key: t.key(80),
        service_id: t.nullable(t.key()),
        model: t.varchar(200),
        usage_type: t.int(),
        request_date: t.key(10),
        input_tokens: t.int(),
        cached_tokens: t.int(),
        output_tokens: t.int(),
        reasoning_tokens: t.int(),
        is_estimated: t.flag(),
        cost_nano: t.nullable(t.bigint()),
        created_at: t.time(),
      },
      {
        indices: {
          ix_usage_ledger_date: ['request_date', 'bot_id', 'usage_type'],
          ix_usage_ledger_turn: ['turn_id'],
        },
      },
    );
    await t.create('usage_daily', {
      request_date: t.primary(t.key(10)),
      bot_id: t.primary(t.key()),
      usage_type: t.primary(t.int()),
      user_key: t.primary(t.key(80)),
      request_count: t.int(),
      input_tokens: t.bigint(),
      output_tokens: t.bigint(),
      cost_nano: t.bigint(),
    });
    await t.create(
      'idempotency_keys',
      {
        hash: t.primary(t.key(64)),
        request_hash: t.key(64),
        state: t.key(10),
        status: t.nullable(t.int()),
        answer: t.nullable(t.json()),
        created_at: t.time(),
      },
      { indices: { ix_idempotency_keys_created: ['created_at'] } },
    );
    await t.create('system_state', { name: t.primary(t.key(60)), value: t.json(), updated_at: t.time() });
    await t.create(
      'audit_log',
      {
        id: t.primary(t.key()),
        actor: t.varchar(190),
        action: t.key(60),
        target: t.key(80),
        data: t.json(),
        created_at: t.time(),
      },
      { indices: { ix_audit_log_target: ['target'], ix_audit_log_at: ['created_at'] } },
    );
  }
}
