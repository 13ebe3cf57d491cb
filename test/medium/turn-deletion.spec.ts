import { Bot, Chat, insertRows, migrate, openDataSource, tokenColumns, toSqlTime } from '@app/database';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { TurnDeletionRepository } from '../../apps/api/src/baton/turns/turn-deletion.repository.js';
import { NO_USAGE } from '../../apps/api/src/baton/turns/turn.types.js';
import { newBot } from '../../apps/api/src/bots/profile/new-bot.js';
import { ChatsRepository } from '../../apps/api/src/chats/chat/chats.repository.js';
import { freshDatabase } from '../support/databases.js';

describe('TurnDeletionRepository', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let dataSource: DataSource;
  const bot = newBot({ code: 'scripted', displayName: 'Scripted' });

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await openDataSource({ databaseUrl: database?.url ?? null, dataDir: ':memory:', poolSize: 4 });
    await migrate(dataSource);
    await dataSource.getRepository(Bot).insert(bot);
  });
  afterAll(async () => {
    await dataSource.destroy();
    database?.release();
  });

  /** A chat that names a turn as running which has already ended, with another turn in its queue. */
  const createBrokenChat = async (): Promise<string> => {
    const chatId = uuidv7();
    const chats = new ChatsRepository(dataSource, dataSource.getRepository(Chat));
    await chats.insertChat({ id: chatId, userId: null, visitorId: null, botId: bot.id, channel: 'api' });
    const turns = (['completed', 'queued'] as const).map((status, seq) => ({
      id: uuidv7(),
      chat_id: chatId,
      bot_id: bot.id,
      seq,
      status,
      epoch: 1,
      attempts: 0,
      recoveries: 0,
      options: '{}',
      user_key: 'anonymous',
      ...tokenColumns(NO_USAGE),
      is_usage_estimated: false,
      input_message_id: uuidv7(),
      output_message_id: uuidv7(),
      created_at: toSqlTime(new Date()),
    }));
    await insertRows(dataSource.manager, 'turns', turns);
    await dataSource.query('UPDATE chats SET running_turn_id = ?, queued_turns = 1 WHERE id = ?', [
      turns[0]!.id,
      chatId,
    ]);
    return chatId;
  };

  it('frees a chat for deletion whose running turn has ended without the chat knowing', async () => {
    const chatId = await createBrokenChat();
    expect(await new TurnDeletionRepository(dataSource).interruptAll([chatId])).toEqual([]);
    const chats = await dataSource.query<object[]>('SELECT running_turn_id, queued_turns FROM chats WHERE id = ?', [
      chatId,
    ]);
    expect(chats).toEqual([{ running_turn_id: null, queued_turns: 0 }]);
    const turns = await dataSource.query<object[]>('SELECT status FROM turns WHERE chat_id = ? ORDER BY seq', [chatId]);
    expect(turns).toEqual([{ status: 'completed' }, { status: 'interrupted' }]);
  });
});
