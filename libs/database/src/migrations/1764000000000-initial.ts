import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createAccounting } from './1764000000000-initial/accounting.js';
import { createBots } from './1764000000000-initial/bots.js';
import { createChats } from './1764000000000-initial/chats.js';
import { createUsers } from './1764000000000-initial/users.js';
import { TableBuilder } from './table-builder.js';

const TABLES = [
  'users',
  'agent_presence',
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
  'chat_list_versions',
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
    await createUsers(t);
    await createBots(t);
    await createChats(t);
    await createAccounting(t);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await runner.dropTable(table);
  }
}
