import Database from 'libsql';
import { createConnection } from 'mysql2/promise';
import { join } from 'node:path';

const HISTORY_TURNS = 10;
const TABLES = { chats: ['id'], messages: ['chat_id'], turns: ['chat_id'], chat_events: ['chat_id'] };
const ID_COLUMNS = new Set([
  'id',
  'chat_id',
  'turn_id',
  'message_id',
  'input_message_id',
  'output_message_id',
  'running_turn_id',
]);

/** Holds one conversation over HTTP; the copies are made of it. */
export async function writeTemplate(client) {
  const { openChatBotId: botId } = await client.call('GET', '/api/chats/OpenChatBotId');
  const { chatId } = await client.call('POST', '/api/chats', { botId });
  for (let turn = 0; turn < HISTORY_TURNS; turn++) {
    const userMessage = `Message ${turn} of a chat that has been going on for some time. [[tokens=12]]`;
    await client.call('POST', `/api/chats/${chatId}/completions`, { userMessage });
  }
  return chatId;
}

/** Copies a chat with all its rows so often; which columns there are, the database says. @returns the ids of the copies */
export async function copyChats(database, templateId, count) {
  for (const [table, [owner]] of Object.entries(TABLES)) {
    const columns = await database.columns(table);
    const values = columns.map((name) => (ID_COLUMNS.has(name) ? database.copiedId(name) : name));
    await database.run(
      `INSERT INTO ${table} (${columns.join(', ')}) WITH RECURSIVE copies (n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${count})
       SELECT ${values.join(', ')} FROM ${table} JOIN copies WHERE ${owner} = '${templateId}'`,
    );
  }
  return Array.from({ length: count }, (_, n) => (n + 1).toString(16).padStart(8, '0') + templateId.slice(8));
}

/** Copies get the template's ids with another beginning. */
export async function openMariaDb(url) {
  const connection = await createConnection(url);
  await connection.query('SET max_recursive_iterations = 1000000');
  return {
    copiedId: (name) => `CONCAT(LPAD(LOWER(HEX(n)), 8, '0'), SUBSTR(${name}, 9))`,
    run: (sql) => connection.query(sql),
    close: () => connection.end(),
    async columns(table) {
      const [rows] = await connection.query(`SHOW COLUMNS FROM ${table}`);
      return rows.map((row) => row.Field);
    },
  };
}

/** The embedded database in a folder whose server is stopped. */
export function openSqlite(dataDir) {
  const connection = new Database(join(dataDir, 'baton.sqlite'));
  return {
    copiedId: (name) => `printf('%08x', n) || SUBSTR(${name}, 9)`,
    run: (sql) => connection.exec(sql),
    close: () => connection.close(),
    columns: (table) =>
      connection
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => name),
  };
}
