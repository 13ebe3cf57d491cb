import { ChatServer } from '../../support/chat-server.js';
import { Caller, idsOf, NOT_FOUND, type Body, type Page } from './chats.support.js';

const UNKNOWN = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

describe('chats and what their users do with them', () => {
  let server: ChatServer;
  let admin: Caller;
  let ada: Caller;
  let bob: Caller;
  let anonymous: Caller;
  beforeAll(async () => {
    server = await ChatServer.start();
    ({ admin, ada, bob, anonymous } = await Caller.all(server));
  }, 60_000);
  afterAll(() => server.stop());

  const chatOf = (caller: Caller, chatId: string): Promise<Body> => caller.ok('GET', `/api/chats/${chatId}`);

  describe('names', () => {
    it('takes the beginning of the first message, until a user renames it', async () => {
      const chatId = await ada.createChat();
      await ada.say(chatId, 'How do I return an order?');
      expect((await chatOf(ada, chatId))['displayName']).toBe('How do I return an order?');
      expect(await ada.ok('PUT', `/api/chats/${chatId}/displayName`, { displayName: '  Return\n of  1234 ' })).toEqual(
        {},
      );
      const completion = await ada.say(chatId, 'And when?');
      expect(completion['chatDisplayName']).toBe('Return of 1234');
      expect((await chatOf(ada, chatId))['displayName']).toBe('Return of 1234');
    });

    it('keeps a name that was given before the first message', async () => {
      const chatId = await ada.createChat();
      await ada.ok('PUT', `/api/chats/${chatId}/displayName`, { displayName: 'Mine' });
      expect((await ada.say(chatId, 'Hello'))['chatDisplayName']).toBe('Mine');
    });

    it.each([
      ['blank', '   '],
      ['too long', 'x'.repeat(301)],
      ['too long by signs that some do not count', '☺\ufe0f'.repeat(200)],
      ['no text', 7],
    ])('refuses a name that is %s', async (_, displayName) => {
      const chatId = await ada.createChat();
      const path = `/api/chats/${chatId}/displayName`;
      expect(await ada.refused('PUT', path, { displayName })).toEqual([400, 'VALIDATION_FAILED']);
      expect((await chatOf(ada, chatId))['displayName']).toBe('');
    });

    it('stores 300 signs of any kind', async () => {
      const chatId = await ada.createChat();
      const displayName = '🎈'.repeat(300);
      await ada.ok('PUT', `/api/chats/${chatId}/displayName`, { displayName });
      expect((await chatOf(ada, chatId))['displayName']).toBe(displayName);
    });
  });

  describe('system messages of users', () => {
    let messageId: string;
    let botId: string;
    beforeAll(async () => {
      botId = await admin.createBot({ code: 'custom' });
      await admin.ok('PUT', `/api/admin/bots/${botId}/parameters`, { isUserSystemMessageSupported: true });
      const { items } = await admin.ok<Page>('GET', '/api/admin/openAiServices');
      await admin.ok('PUT', `/api/admin/bots/${botId}`, { openAiServiceId: items[0]!['id'] });
      messageId = await ada.ok<string>('POST', '/api/users/current/userSystemMessage', {
        displayName: 'Short',
        systemMessage: 'Answer in one sentence, please.',
      });
    });

    it('goes with every question while it is attached', async () => {
      const chatId = await ada.createChat(botId);
      const path = `/api/chats/${chatId}/userSystemMessage`;
      const sent = (): string => JSON.stringify(server.provider.journal.last!.body);
      expect(await ada.ok('PUT', path, { userSystemMessageId: messageId })).toEqual({});
      await ada.say(chatId, 'Hello');
      expect(sent()).toContain('Answer in one sentence, please.');
      expect(await chatOf(ada, chatId)).toMatchObject({
        userSystemMessageId: messageId,
        userSystemMessageDisplayName: 'Short',
        isUserSystemMessageSupported: true,
      });
      expect(await idsOf(ada, `/api/users/current/chats/${botId}/${messageId}`)).toEqual([chatId]);
      expect(await ada.ok('DELETE', path)).toEqual({});
      await ada.say(chatId, 'Hello again');
      expect(sent()).not.toContain('Answer in one sentence, please.');
      expect(await idsOf(ada, `/api/users/current/chats/${botId}/${messageId}`)).toEqual([]);
    });

    it('is one of the user’s own, in a chat of the user’s own, with a bot that takes it', async () => {
      const attach = (caller: Caller, chatId: string): Promise<unknown> =>
        caller.refused('PUT', `/api/chats/${chatId}/userSystemMessage`, { userSystemMessageId: messageId });
      expect(await attach(bob, await bob.createChat(botId))).toEqual(NOT_FOUND);
      expect(await attach(bob, await ada.createChat(botId))).toEqual(NOT_FOUND);
      expect(await attach(ada, await anonymous.createChat())).toEqual(NOT_FOUND);
      const plainBot = await admin.createBot({ code: 'plain' });
      await admin.ok('PUT', `/api/admin/bots/${plainBot}/parameters`, { isUserSystemMessageSupported: false });
      expect(await attach(ada, await ada.createChat(plainBot))).toEqual([409, 'CONFLICT']);
      expect(await bob.refused('GET', `/api/users/current/chats/${botId}/${messageId}`)).toEqual(NOT_FOUND);
      expect(await bob.refused('DELETE', `/api/users/current/chats/bybot/${botId}/${messageId}/false`)).toEqual(
        NOT_FOUND,
      );
    });
  });

  it('takes feedback for the bot of the chat, whatever chat the body names', async () => {
    const chatId = await ada.createChat();
    const feedback = { chatId: 'other', userMessage: 'q', assistantMessage: 'a', userComment: 'no', voteId: -7 };
    const { feedbackId } = await ada.ok('POST', `/api/chats/${chatId}/feedback`, feedback);
    const { botId } = await chatOf(ada, chatId);
    const { items } = await admin.ok<Page>('GET', `/api/admin/bots/${String(botId)}/feedback`);
    expect(items).toEqual([expect.objectContaining({ id: feedbackId, userComment: 'no', voteId: -7, status: null })]);
    for (const voteId of [1.5, '1', 2 ** 31, undefined])
      expect(await ada.refused('POST', `/api/chats/${chatId}/feedback`, { voteId })).toEqual([
        400,
        'VALIDATION_FAILED',
      ]);
    expect(await bob.refused('POST', `/api/chats/${chatId}/feedback`, { voteId: 1 })).toEqual(NOT_FOUND);
  });

  describe('another customer’s chat', () => {
    it.each([
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['POST', '/completions', { userMessage: 'x' }],
      ['POST', '/feedback', { voteId: 1 }],
      ['PUT', '/displayName', { displayName: 'x' }],
      ['PUT', '/userSystemMessage', { userSystemMessageId: UNKNOWN }],
      ['DELETE', '/userSystemMessage', undefined],
      ['POST', '/tickets', undefined],
      ['GET', '/files', undefined],
      ['GET', '/downloads/transcript.txt', undefined],
      ['DELETE', '/downloads/a.txt', undefined],
      ['GET', '/events', undefined],
    ])('is not there: %s %s', async (method, path, body) => {
      const chatId = await ada.createChat();
      expect(await bob.refused(method, `/api/chats/${chatId}${path}`, body)).toEqual(NOT_FOUND);
      expect(await bob.refused(method, `/api/chats/${UNKNOWN}${path}`, body)).toEqual(NOT_FOUND);
      await chatOf(ada, chatId);
    });

    it('cannot be made a favourite', async () => {
      const path = `/api/users/current/chats/${await ada.createChat()}/isfavorite`;
      expect(await bob.refused('PUT', path, { isFavorite: true })).toEqual(NOT_FOUND);
      expect(await ada.refused('PUT', path, { isFavorite: 'true' })).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('is closed to callers without an account, who may change nothing in their own either', async () => {
      const chatId = await anonymous.createChat();
      expect(await anonymous.refused('PUT', `/api/chats/${chatId}/displayName`, { displayName: 'x' })).toEqual([
        401,
        'UNAUTHENTICATED',
      ]);
      expect((await anonymous.call('GET', '/api/users/current/chats')).status).toBe(401);
      expect(await anonymous.refused('GET', `/api/chats/${await ada.createChat()}`)).toEqual(NOT_FOUND);
      await anonymous.ok('DELETE', `/api/chats/${chatId}`);
    });
  });
});
