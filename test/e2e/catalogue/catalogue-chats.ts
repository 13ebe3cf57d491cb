import type { CatalogueClient, OperationId } from '../../support/catalogue-client.js';
import { ADMIN_KEY } from '../../support/chat-server.js';
import { LIST, type Catalogue, type Ids, type Page } from './catalogue.support.js';

export const describeChats = (catalogue: Catalogue): void =>
  describe('chats', () => {
    const { validator } = catalogue;
    let admin: CatalogueClient;
    let anonymous: CatalogueClient;
    let botId = '';
    beforeAll(() => void ({ admin, anonymous, botId } = catalogue));

    it('talks', async () => {
      const chatId = await catalogue.createChat();
      const path = { chatId };
      const answer = await admin.call<Ids>('createCompletion', { path, body: { isTraceLogEnabled: true } });
      expect(answer['assistantMessage']).not.toBe('');
      const headers = { accept: 'text/event-stream' };
      const url = `${catalogue.server.app.url}/api/chats/${chatId}/completions`;
      const streamed = await validator.fetch(url, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ userMessage: 'And streamed?' }),
      });
      expect(await streamed.text()).toContain('event: message.delta');
      expect((await admin.call<{ completions: unknown[] }>('getChat', { path })).completions).toHaveLength(2);
      await admin.call('getChatEvents', { path, query: { after: 2, limit: 3 } });
      expect(await admin.call('getChatVariables', { path })).toEqual({ variables: {} });
      await admin.call('createBotFeedback', { path, body: { chatId } });
      const feedback = await admin.call<Page<{ id: string }>>('getBotFeedback', { path: { botId } });
      await admin.call('updateBotFeedback', { path: { botId, feedbackId: feedback.items[0]!.id } });
      const completionId = answer['completionId']!;
      await admin.call('deleteCurrentUserChatCompletionById', { path: { chatId, completionId } });
      await admin.call('deleteChat', { path });
      const opened = await admin.call<Ids>('createChatByBotCode');
      expect(opened['botDisplayName']).not.toBe('');
    });

    it('lets a running answer be stopped', async () => {
      const path = { chatId: await catalogue.createChat() };
      const asked = admin.send('createCompletion', { path, body: { userMessage: '[[tokens=500 delay=20]] go on' } });
      const stop = async (): Promise<number> => (await admin.send('stopCurrentTurn', { path })).status;
      let status = await stop();
      while (status === 409) status = await stop();
      expect(status).toBe(200);
      expect(await asked).toMatchObject({ status: 200, data: { chatId: path.chatId } });
    });

    it('serves the chats of a user', async () => {
      const chatId = await catalogue.createChat();
      const path = { chatId };
      const userSystemMessageId = await catalogue.createMessage();
      await admin.call('updateChatDisplayName', { path });
      await admin.call('updateChatIsFavorite', { path });
      await admin.call('updateChatUserSystemMessage', { path, body: { userSystemMessageId } });
      await admin.call('getCurrentUserChats', { query: { ...LIST, OnlyFavorites: true } });
      await admin.call('getCurrentUserChatsByBot', { path: { botId } });
      const ofMessage = { botId, userSystemPromptId: userSystemMessageId };
      expect(await admin.call('getCurrentUserChatsByBotAndSystemprompt', { path: ofMessage })).toMatchObject({
        totalItemCount: 1,
      });
      await admin.call('deleteChatUserSystemMessage', { path });
      await admin.call('deleteCurrentUserChatById', { path });
      await admin.call('deleteCurrentUserChatsByBotIdAndSystemMessageId', {
        path: { botId, systemMessageId: userSystemMessageId, keepFavorites: true },
      });
      await admin.call('deleteCurrentUserChatsByBotId', { path: { botId, keepFavorites: 'False' } });
      await admin.call('deleteCurrentUserChats', { path: { keepFavorites: false } });
      expect(await admin.call<Page>('getCurrentUserChats')).toMatchObject({ totalItemCount: 0 });
    });

    it('keeps files and gives them out, also for a ticket', async () => {
      const chatId = await catalogue.createChat();
      const path = { chatId, path: 'notes.txt' };
      const text = Buffer.from('Remember the milk.');
      await admin.call('putChatFile', { path, body: text, headers: { 'content-type': 'text/plain' } });
      expect(await admin.call('getChatFiles', { path: { chatId } })).toMatchObject({ items: [{ path: 'notes.txt' }] });
      const ticket = await admin.call<string>('createChatOneTimeTicket', { path: { chatId } });
      const { response } = await anonymous.send('getChatFile', { path, query: { ticket } });
      expect([response.status, response.headers.get('content-length')]).toEqual([200, String(text.length)]);
      expect((await anonymous.send('getChatFile', { path, query: { ticket } })).status).not.toBe(200);
      for (const type of ['json', 'md', 'txt', 'csv'])
        await admin.call('getChatFile', { path: { chatId, path: `transcript.${type}` } });
      await admin.call('deleteChatFile', { path });
    });

    it('passes the baton', async () => {
      await admin.call('updateTakeoverPolicy', { path: { botId } });
      await admin.call('getTakeoverPolicy', { path: { botId } });
      await admin.call('updateTakeoverPresence');
      const path = { chatId: await catalogue.createChat() };
      const pass = async (id: OperationId, body: Record<string, unknown> = {}): Promise<unknown> => {
        const { epoch } = await admin.call<{ epoch: number }>('getChatTakeover', { path });
        return (await admin.call<{ owner: unknown }>(id, { path, body: { expectedEpoch: epoch, ...body } })).owner;
      };
      expect(await pass('requestPerson')).toBe('requested');
      expect(await admin.call<Page>('getTakeoverQueue')).toMatchObject({ totalItemCount: 1 });
      expect(await pass('cancelPersonRequest')).toBe('bot');
      expect(await pass('claimChat')).toBe('human');
      await pass('sendAgentMessage');
      await pass('addChatNote', { clientMessageId: 'a note' });
      await pass('addChatWhisper', { clientMessageId: 'a whisper' });
      await admin.call('setAgentTyping', { path });
      await admin.call('setCustomerTyping', { path });
      await admin.call('getTakeoverChat', { path });
      await admin.call('getTakeoverAgents');
      const followed = await admin.call<Page<{ type: string }>>('getTakeoverChatEvents', { path });
      expect(followed.items.length).toBeGreaterThan(5);
      expect(await pass('releaseChat', { agentId: undefined })).toBe('bot');
      expect(await pass('endTakeoverChat')).toBe('closed');
      expect(await pass('reopenTakeoverChat')).toBe('bot');
      expect(await pass('endChat')).toBe('closed');
      expect(await pass('reopenChat')).toBe('bot');
    });
  });
