import type { CatalogueClient } from '../../support/catalogue-client.js';
import type { Catalogue, Ids } from './catalogue.support.js';

export const describeDesk = (catalogue: Catalogue): void =>
  describe('the desk', () => {
    let admin: CatalogueClient;
    beforeAll(() => void ({ admin } = catalogue));

    it('lists and exports all chats', async () => {
      const chatId = await catalogue.createChat();
      const query = { Owner: ['bot', 'human'], BotId: catalogue.botId, From: '2020-01-01T00:00:00Z', Limit: 5 };
      const { items } = await admin.call<{ items: Ids[] }>('getAllChats', { query });
      expect(items.map((item) => item['chatId'])).toContain(chatId);
      await admin.call('exportChatsAsJsonl', { query: { Owner: ['bot'] } });
      await admin.call('getHandoffFigures', { query: { FromRequestDate: '2999-01-01', ToRequestDate: '2999-01-02' } });
      await admin.call('exportChatsAsCsv', { query: { Owner: ['bot'] } });
    });

    it('keeps marks, drafts, tags, views and canned answers', async () => {
      const path = { chatId: await catalogue.createChat() };
      await admin.call('setChatReadMark', { path });
      await admin.call('saveChatDraft', { path });
      await admin.call('getChatDraft', { path });
      expect((await admin.send('deleteChatDraft', { path })).status).toBe(204);
      await admin.call('setChatTags', { path });
      await admin.call('getChatCustomer', { path });
      const view = { viewId: (await admin.call<Ids>('createChatView'))['viewId']! };
      await admin.call('updateChatView', { path: view });
      await admin.call('getChatViews');
      expect((await admin.send('deleteChatView', { path: view })).status).toBe(204);
      const answer = { cannedAnswerId: (await admin.call<Ids>('createCannedAnswer'))['cannedAnswerId']! };
      await admin.call('updateCannedAnswer', { path: answer });
      await admin.call('getCannedAnswers');
      expect((await admin.send('deleteCannedAnswer', { path: answer })).status).toBe(204);
    });
  });
