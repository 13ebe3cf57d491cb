/**
 * Bare Fastify + mysql2 prepared statements + undici, writing the very rows that Baton writes for a turn, into the same tables. It
 * answers whole, and has no access rules, no queue, no fence, no recovery, no idempotency.
 */
import Fastify from 'fastify';
import { createPool } from 'mysql2/promise';
import { uuidv7 } from 'uuidv7';
import { askProvider } from './ask-provider.mjs';

const providerUrl = process.env.PROVIDER_URL;
const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 20, timezone: 'Z', jsonStrings: true });
const app = Fastify();
/** The one bot there is; Baton keeps its bots in memory too. */
let systemMessage = null;

app.post('/api/chats/:chatId/completions', ({ params, body }) => complete(params.chatId, body.userMessage));

async function complete(chatId, userMessage) {
  const turn = await begin(chatId, userMessage);
  const { body } = await askProvider(providerUrl, { model: 'fake-large', messages: turn.messages });
  const { choices, usage } = await body.json();
  const text = choices[0].message.content;
  await end(turn, text, usage);
  return { completionId: turn.id, chatId, userMessage, assistantMessage: text };
}

async function begin(chatId, text) {
  const [id, inputId, outputId] = [uuidv7(), uuidv7(), uuidv7()];
  return transaction(async (connection) => {
    const [[chat]] = await connection.execute('SELECT bot_id, epoch, next_seq FROM chats WHERE id = ? FOR UPDATE', [
      chatId,
    ]);
    systemMessage ??= await loadSystemMessage(connection, chat.bot_id);
    const [history] = await connection.execute(
      'SELECT author, text FROM messages WHERE chat_id = ? AND seq < ? ORDER BY seq DESC LIMIT 20',
      [chatId, chat.next_seq],
    );
    const [seq, epoch, at] = [chat.next_seq, chat.epoch, now()];
    await insertMessage(connection, [inputId, chatId, seq, 'customer', JSON.stringify(text), id, at]);
    await insertEvents(connection, [
      [
        chatId,
        seq,
        'message.created',
        '{"kind":"customer"}',
        epoch,
        inputId,
        JSON.stringify({ messageId: inputId }),
        at,
      ],
      [chatId, seq + 1, 'turn.started', '{"kind":"bot"}', epoch, null, JSON.stringify({ turnId: id }), at],
    ]);
    await connection.execute(
      `INSERT INTO turns (id, chat_id, bot_id, seq, epoch, status, input_message_id, output_message_id, attempts, recoveries,
         options, input_tokens, cached_tokens, output_tokens, reasoning_tokens, is_usage_estimated, user_key, lease_until,
         created_at, started_at)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?, 0, 0, '{}', 0, 0, 0, 0, 0, 'user:1', ?, ?, ?)`,
      [id, chatId, chat.bot_id, seq, epoch, inputId, outputId, at, at, at],
    );
    await connection.execute('UPDATE chats SET next_seq = ?, running_turn_id = ?, last_accessed_at = ? WHERE id = ?', [
      seq + 2,
      id,
      at,
      chatId,
    ]);
    const messages = [
      { role: 'system', content: systemMessage },
      ...history.toReversed().map((row) => ({
        role: row.author === 'bot' ? 'assistant' : 'user',
        content: JSON.parse(row.text),
      })),
      { role: 'user', content: text },
    ];
    return { id, chatId, botId: chat.bot_id, outputId, messages };
  });
}

async function end({ id, chatId, botId, outputId }, text, usage) {
  const tokens = [usage.prompt_tokens, 0, usage.completion_tokens, 0];
  await transaction(async (connection) => {
    const [[chat]] = await connection.execute('SELECT epoch, next_seq FROM chats WHERE id = ? FOR UPDATE', [chatId]);
    const [seq, at] = [chat.next_seq, now()];
    await insertMessage(connection, [outputId, chatId, seq, 'bot', JSON.stringify(text), id, at]);
    await insertEvents(connection, [
      [chatId, seq, 'message.completed', '{"kind":"bot"}', chat.epoch, outputId, JSON.stringify({ turnId: id }), at],
      [chatId, seq + 1, 'turn.ended', '{"kind":"bot"}', chat.epoch, null, JSON.stringify({ turnId: id, usage }), at],
    ]);
    await connection.execute(
      `UPDATE turns SET status = 'completed', model = 'fake-large', attempts = 1, input_tokens = ?, cached_tokens = ?,
         output_tokens = ?, reasoning_tokens = ?, lease_until = NULL, ended_at = ? WHERE id = ?`,
      [...tokens, at, id],
    );
    await connection.execute(
      `INSERT INTO usage_ledger (id, turn_id, bot_id, user_key, model, usage_type, request_date, input_tokens, cached_tokens,
         output_tokens, reasoning_tokens, is_estimated, created_at)
       VALUES (?, ?, ?, 'user:1', 'fake-large', 1, ?, ?, ?, ?, ?, 0, ?)`,
      [uuidv7(), id, botId, at.slice(0, 10), ...tokens, at],
    );
    await connection.execute(
      'UPDATE chats SET next_seq = ?, running_turn_id = NULL, last_accessed_at = ? WHERE id = ?',
      [seq + 2, at, chatId],
    );
  });
}

async function loadSystemMessage(connection, botId) {
  const [[bot]] = await connection.execute('SELECT base_system_message FROM bots WHERE id = ?', [botId]);
  return JSON.parse(bot.base_system_message);
}

async function transaction(work) {
  const connection = await pool.getConnection();
  try {
    await connection.query('START TRANSACTION');
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  } finally {
    connection.release();
  }
}

function insertMessage(connection, values) {
  return connection.execute(
    `INSERT INTO messages (id, chat_id, seq, author, kind, text, status, turn_id, created_at)
     VALUES (?, ?, ?, ?, 'text', ?, 'complete', ?, ?)`,
    values,
  );
}

function insertEvents(connection, rows) {
  return connection.execute(
    `INSERT INTO chat_events (chat_id, seq, type, actor, epoch, audience, message_id, data, created_at)
     VALUES ${rows.map(() => "(?, ?, ?, ?, ?, 'everyone', ?, ?, ?)").join(', ')}`,
    rows.flat(),
  );
}

function now() {
  return new Date().toISOString().slice(0, 23).replace('T', ' ');
}

await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${app.server.address().port}\n`);
