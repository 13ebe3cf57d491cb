import type { TableBuilder } from '../table-builder.js';

export async function createBots(t: TableBuilder): Promise<void> {
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
