import { AppConfig, parseEnvironment, stableId } from '@app/common';
import { Bot, Chat, migrate, openDataSource } from '@app/database';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { newBot } from '../../apps/api/src/bots/profile/new-bot.js';
import { ChatsRepository } from '../../apps/api/src/chats/chat/chats.repository.js';
import { ChatLogRepository } from '../../apps/api/src/baton/log/chat-log.repository.js';
import { OwnershipRepository } from '../../apps/api/src/baton/ownership/ownership.repository.js';
import { TurnIntakeRepository } from '../../apps/api/src/baton/turns/turn-intake.repository.js';
import type { IncomingMessage } from '../../apps/api/src/baton/turns/turn.types.js';

describe('TurnIntakeRepository, while a person holds the chat', () => {
  let dataSource: DataSource;
  let intake: TurnIntakeRepository;
  let chatId: string;
  const bot = newBot({ code: 'scripted', displayName: 'Scripted' });

  beforeAll(async () => {
    dataSource = await openDataSource({ databaseUrl: null, dataDir: ':memory:', poolSize: 1 });
    await migrate(dataSource);
    await dataSource.getRepository(Bot).insert(bot);
    intake = new TurnIntakeRepository(dataSource, new AppConfig(parseEnvironment({ NODE_ENV: 'test' })));
  });
  afterAll(() => dataSource.destroy());
  beforeEach(async () => {
    chatId = uuidv7();
    const chats = new ChatsRepository(dataSource, dataSource.getRepository(Chat));
    await chats.insertChat({ id: chatId, userId: null, visitorId: null, botId: bot.id, channel: 'api' });
    const agent = { id: 1, name: 'Ada' };
    await new OwnershipRepository(dataSource).transition({
      chatId,
      transition: 'claim',
      reason: 'agent_takeover',
      actor: { kind: 'agent', id: '1', name: 'Ada' },
      agent,
    });
  });

  const message = (requestKey: string | null, text = 'Hello'): IncomingMessage => ({
    chatId,
    chatDisplayName: '',
    messageId: requestKey === null ? uuidv7() : stableId([requestKey]),
    turnId: uuidv7(),
    outputMessageId: uuidv7(),
    botId: bot.id,
    botName: bot.displayName,
    text,
    notice: '',
    requestsHandoff: false,
    mayStart: true,
    customer: { id: null, name: 'Guest' },
    userKey: 'anonymous',
    options: { ignoreChatHistory: false, isTraceLogEnabled: false },
    requestKey,
    requestHash: text,
  });
  const texts = async (): Promise<string[]> =>
    (await new ChatLogRepository(dataSource).findEvents(chatId, 0, 100)).flatMap(({ event }) =>
      event.type === 'message.created' ? [event.data.text] : [],
    );

  it('stores a repeated request once', async () => {
    const key = uuidv7();
    expect((await intake.accept(message(key))).kind).toBe('handed_over');
    expect(await intake.accept(message(key))).toEqual({
      kind: 'handed_over',
      messageId: stableId([key]),
      revokedTurnId: null,
      events: [],
    });
    expect(await texts()).toEqual(['Hello']);
  });

  it('stores a request once that comes twice in the same instant', async () => {
    const key = uuidv7();
    const accepted = await Promise.all([intake.accept(message(key)), intake.accept(message(key))]);
    expect(accepted.map(({ kind }) => kind)).toEqual(['handed_over', 'handed_over']);
    expect(await texts()).toEqual(['Hello']);
  });

  it('refuses the key of another request', async () => {
    const key = uuidv7();
    await intake.accept(message(key));
    expect(await intake.accept(message(key, 'Another'))).toMatchObject({
      kind: 'rejected',
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await texts()).toEqual(['Hello']);
  });

  it('stores requests without a key each time', async () => {
    await intake.accept(message(null));
    await intake.accept(message(null));
    expect(await texts()).toEqual(['Hello', 'Hello']);
  });
});
