import { insertRows, toSqlTime, type SqlRow } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import type { ConversationLog } from './simple-chat.support.js';

const THREADS = Number(process.env['EXPORT_THREADS'] ?? 450);
const USERS = 7;
const LONG_THREAD = 450;
const ROWS_AT_ONCE = 200;

const id = (kind: string, number: number): string => `${kind}-${String(number).padStart(6, '0')}`;

/** More threads, and more turns in one thread, than are read at once. */
describe('the export of many conversations', () => {
  let server: ChatServer;
  const expected = new Map<string, string[]>();
  beforeAll(async () => {
    server = await ChatServer.start();
    const database = server.app.app.get<DataSource>(getDataSourceToken(), { strict: false });
    const [{ id: botId }] = await database.query<[{ id: string }]>('SELECT id FROM bots');
    const at = toSqlTime(new Date());
    const rows: Record<'chats' | 'simple_chat_threads' | 'turns' | 'messages', SqlRow[]> = {
      chats: [],
      simple_chat_threads: [],
      turns: [],
      messages: [],
    };
    for (let thread = 0; thread < THREADS; thread++) {
      const chat_id = id('chat', thread);
      const user = thread % USERS;
      const user_id = user === 0 ? null : `user ${user}`;
      const visitor_id = user === 0 ? '' : `sc_${user}`;
      rows.chats.push({
        ...CHAT,
        id: chat_id,
        bot_id: botId,
        visitor_id: visitor_id || null,
        created_at: at,
        last_accessed_at: at,
      });
      rows.simple_chat_threads.push({ chat_id, visitor_id, user_id, heard_seq: 0 });
      for (let turn = 0; turn < (thread === 1 ? LONG_THREAD : 1); turn++) {
        const text = `${thread}/${turn}`;
        const [turnId, input, output] = ['turn', 'in', 'out'].map((kind) => id(`${kind}-${thread}`, turn)) as [
          string,
          string,
          string,
        ];
        const common = { chat_id, seq: turn * 4 + 1, created_at: at };
        rows.turns.push({
          ...TURN,
          ...common,
          id: turnId,
          bot_id: botId,
          input_message_id: input,
          output_message_id: output,
          ended_at: at,
        });
        rows.messages.push({ ...MESSAGE, ...common, id: input, author: 'customer', text: JSON.stringify(`Q ${text}`) });
        rows.messages.push({ ...MESSAGE, ...common, id: output, author: 'bot', text: JSON.stringify(`A ${text}`) });
        const key = user_id ?? 'anonymous';
        expected.set(key, [...(expected.get(key) ?? []), `Q ${text} A ${text}`]);
      }
    }
    for (const [table, all] of Object.entries(rows))
      for (let from = 0; from < all.length; from += ROWS_AT_ONCE)
        await insertRows(database.manager, table, all.slice(from, from + ROWS_AT_ONCE));
  }, 120_000);
  afterAll(() => server.stop());

  it('has every conversation once, whole and in order', async () => {
    const { text, body: log } = await server.asAdmin<ConversationLog>('GET', '/api/admin/conversations.json');
    expect(text.match(/^ {4}"/gm)).toHaveLength(USERS);
    expect(Object.keys(log).toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [key, entries] of Object.entries(log))
      expect(entries.map(({ user, bot }) => `${user} ${bot}`)).toEqual(expected.get(key));
  });
});

const CHAT = {
  user_id: null,
  display_name: '',
  is_named: false,
  is_favorite: false,
  is_admin_chat: false,
  channel: 'simple-chat',
  owner: 'bot',
  epoch: 1,
  next_seq: 5,
  queued_turns: 0,
};
const TURN = {
  epoch: 1,
  status: 'completed',
  attempts: 1,
  recoveries: 0,
  options: '{}',
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  is_usage_estimated: false,
  user_key: 'anonymous',
};
const MESSAGE = { kind: 'message', status: 'complete' };
