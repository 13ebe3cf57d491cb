import type { CatalogueClient } from '../../support/catalogue-client.js';
import { describeChannels } from './catalogue-channels.js';
import { describeChats } from './catalogue-chats.js';
import { describeDesk } from './catalogue-desk.js';
import { describeSessions } from './catalogue-sessions.js';
import { Catalogue, LIST, type Ids, type Page } from './catalogue.support.js';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the whole catalogue, through the generated client', () => {
  const catalogue = new Catalogue();
  const { validator } = catalogue;
  let admin: CatalogueClient;
  let anonymous: CatalogueClient;
  let botId = '';

  const createBot = async (body: Record<string, unknown>): Promise<string> => {
    const { openAiServiceId } = catalogue;
    return (await admin.call<Ids>('createBot', { body: { openAiServiceId, ...body } }))['botId']!;
  };

  beforeAll(async () => {
    await catalogue.start();
    ({ admin, anonymous } = catalogue);
  }, 60_000);
  afterAll(() => catalogue.stop());

  it('serves the services that bots answer through', async () => {
    const endpoint = { azureOpenAiEndpoint: catalogue.server.provider.baseUrl };
    const openAiServiceId = await admin.call<string>('createOpenAiService', { body: endpoint });
    catalogue.openAiServiceId = openAiServiceId;
    const path = { openAiServiceId };
    await admin.call('getOpenAiServices', { query: LIST });
    await admin.call('getOpenAiServicesHealth');
    await admin.call('updateOpenAiService', { path, body: endpoint });
    expect(await admin.call('getOpenAiService', { path })).toMatchObject({ isActive: true, isAzureOpenAiSet: true });
    expect(await admin.call('probeOpenAiService', { path })).toMatchObject({ reachable: true, problem: null });
    await admin.call('getOpenAiServiceModels', { path });
    await admin.call('updateOpenAiServiceConnection', { path, body: { entra: null } });
    expect(await admin.call('getOpenAiServiceConnection', { path })).toMatchObject({ entra: null });
    await admin.call('updateDefaultOpenAiService', { path });
    expect(await admin.call('getOpenAiServiceStatus', { path })).toMatchObject({ isDefault: true });
    await admin.call('deleteDefaultOpenAiService', { path });
    await admin.call('updateOpenAiServicePrices', { path });
    expect(await admin.call('getOpenAiServicePrices', { path })).toEqual(
      validator.exampleBody('updateOpenAiServicePrices'),
    );
    const price = await admin.call<Ids>('createPrice');
    await admin.call('getPrices');
    await admin.call('getDefaultPrices');
    await admin.call('exportPrices');
    await admin.call('deletePrice', { path: { priceId: price['id']! } });
    await admin.call('replacePrices');
    const budget = { budgetId: (await admin.call<Ids>('createBudget'))['id']! };
    await admin.call('getBudgets');
    await admin.call('updateBudget', { path: budget });
    expect(await admin.call('getBudget', { path: budget })).toMatchObject({ scope: 'installation' });
    await admin.call('deleteBudget', { path: budget });
    for (const id of ['deleteOpenAiService', 'deleteOpenAiServiceByPluralPath'] as const) {
      const deleted = await admin.call<string>('createOpenAiService', { body: endpoint });
      await admin.call(id, { path: { openAiServiceId: deleted } });
      expect(await admin.send('getOpenAiService', { path: { openAiServiceId: deleted } })).toMatchObject({
        status: 404,
      });
    }
  });

  it('serves bots to those who administer them', async () => {
    botId = catalogue.botId = await createBot({});
    const { openAiServiceId } = catalogue;
    const path = { botId };
    await admin.call('getAdminBots', { query: LIST });
    await admin.call('updateBot', { path, body: { openAiServiceId } });
    expect(await admin.call('getAdminBot', { path })).toMatchObject({ openAiServiceId });
    expect(await admin.call('getBotServices', { path })).toMatchObject({ services: [{ openAiServiceId }] });
    expect(await admin.call('getModelShutdowns')).toMatchObject({ shutdowns: [] });
    expect(await admin.call('getBotModelWarnings', { path })).toHaveProperty('warnings');
    const trial = { modelName: 'fake-old', openAiServiceId };
    expect(await admin.call('trySuccessor', { path, body: trial })).toMatchObject({ questions: [] });
    expect(await admin.call('getBotImplementationTypes')).toContain('OpenAI');
    for (const pair of ['AcsBotConfiguration', 'AzureOpenAiSearchBotConfiguration', 'BotConfiguration'] as const) {
      await admin.call(`update${pair}`, { path });
      await admin.call(`get${pair}`, { path });
    }
    await admin.call('updateBotParameters', { path });
    expect(await admin.call('getBotParameters', { path })).toEqual(validator.exampleBody('updateBotParameters'));
    const { botFactId } = await admin.call<Ids>('createBotFact', { path });
    await admin.call('updateBotFact', { path: { botId, botFactId: botFactId! } });
    expect(await admin.call<Page>('getBotFacts', { path })).toMatchObject({ totalItemCount: 1 });
    await admin.call('deleteBotFact', { path: { botId, botFactId: botFactId! } });
    const { botToolId } = await admin.call<Ids>('createBotTool', { path });
    const tool = { botId, botToolId: botToolId! };
    await admin.call('updateBotTool', { path: tool, body: { url: null, secretHeaders: [] } });
    expect(await admin.call('getBotTool', { path: tool })).toMatchObject({ name: 'find_order', url: null });
    expect(await admin.call('dryRunBotTool', { path: tool })).toMatchObject({ outcome: 'ok', status: null });
    expect(await admin.call('getBotTools', { path })).toMatchObject({ tools: [{ botToolId }] });
    await admin.call('deleteBotTool', { path: tool });
    await admin.call('updateBotImage', { path, body: PIXEL, headers: { 'content-type': 'image/png' } });
    const { response } = await anonymous.send('getBotImage', { path });
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await anonymous.send('getBotImage', { path, headers })).status).toBe(304);
    await admin.call('deleteBotImage', { path });
    await admin.call('updateOpenBot', { path });
    expect(await anonymous.call('getOpenChatBotId')).toMatchObject({ openChatBotId: botId });
  });

  it('serves start bots and their members', async () => {
    const startBotId = await createBot({ code: 'start', isStartBot: true, implementationType: 'StartBot' });
    await admin.call('getAdminStartBots');
    await admin.call('getStartBotUnassignedBots', { path: { startBotId } });
    await admin.call('createStartBotBot', { path: { startBotId, botId } });
    await admin.call('updateStartBotBot', { path: { startBotId, botId }, body: { isDefaultBot: true } });
    expect(await admin.call<Page>('getStartBotBots', { path: { startBotId } })).toMatchObject({ totalItemCount: 1 });
    expect(await admin.call('searchBotByStartBot', { path: { botId: startBotId } })).toBe(botId);
    expect(await admin.call<Page>('getBotsByStartBot', { path: { startBotId } })).toMatchObject({
      totalItemCount: 1,
    });
    await anonymous.call('getStartBots');
    await anonymous.call('getBots', { query: LIST });
    await admin.call('deleteStartBotBot', { path: { startBotId, botId } });
    await admin.call('deleteBot', { path: { botId: startBotId } });
  });

  it('stops all bots and says so', async () => {
    expect(await anonymous.call('isStopAllBots')).toBe(false);
    await admin.call('stopAllBots', { path: { isStopAllBots: 'True' } });
    expect(await anonymous.call('isStopAllBots')).toBe(true);
    const chatId = await catalogue.createChat();
    expect(await admin.send('createCompletion', { path: { chatId } })).toMatchObject({ status: 503 });
    await admin.call('stopAllBots', { path: { isStopAllBots: false } });
  });

  it('serves accounts and their keys', async () => {
    const user = await admin.call<{ userId: number }>('createUser');
    const path = { userId: user.userId };
    expect(await admin.call<Page>('getAdminUsers', { query: LIST })).toMatchObject({ totalItemCount: 2 });
    await admin.call('getAdminUser', { path });
    await admin.call('updateUser', { path });
    const { apiKeyId } = await admin.call<Ids>('createUserApiKey', { path });
    await admin.call('getUserApiKeys', { path });
    await admin.call('deleteUserApiKey', { path: { ...path, apiKeyId: apiKeyId! } });
    await admin.call('deleteUser', { path });
    const external = catalogue.clientOf(await catalogue.issuer.token());
    const { id } = await external.call<{ id: number }>('getCurrentUser');
    await admin.call('deleteUser', { path: { userId: id } });
    expect(await external.send('getCurrentUser')).toMatchObject({ status: 401 });
    await admin.call('readmitUser', { path: { userId: id } });
    await external.call('getCurrentUser');
    const { apiKeyId: own } = await admin.call<Ids>('createApiKey');
    await admin.call('getApiKeys');
    await admin.call('deleteApiKey', { path: { apiKeyId: own! } });
  });

  it('serves the current user', async () => {
    await admin.call('updateCurrentUser');
    await admin.call('acceptTerms');
    expect(await admin.call('getCurrentUser')).toMatchObject({
      isTermsAccepted: true,
      ...validator.exampleBody('updateCurrentUser'),
    });
    const userSystemMessageId = await catalogue.createMessage();
    await admin.call('getUserSystemMessages', { query: LIST });
    expect(await admin.call('getUserSystemMessageCount')).toEqual({ systemMessageCount: 1 });
    const path = { userSystemMessageId };
    await admin.call('updateUserSystemMessage', { path });
    expect(await admin.call('getUserSystemMessage', { path })).toMatchObject({ userSystemMessageId });
    await admin.call('deleteUserSystemMessage', { path });
  });

  describeSessions(catalogue);
  describeChats(catalogue);
  describeDesk(catalogue);
  describeChannels(catalogue);

  it('tells what was used and how it is', async () => {
    const query = { BotId: botId, TokenUsageTypeId: 1, FromRequestDate: '2024-01-02', ToRequestDate: '2999-01-01' };
    const used = await admin.call<Page>('getTokenUsageStatistic', { query });
    expect(used.items).toMatchObject([{ botId, userCount: 1 }]);
    await admin.call('updateStatistic');
    expect(await admin.call('getTokenUsageStatistic', { query })).toEqual(used);
    expect((await admin.call<Page>('getUsageCosts', { query: { BotId: botId } })).items.length).toBeGreaterThan(0);
    expect((await admin.call<Page>('getUsageReport', { query: { BotId: botId } })).items.length).toBeGreaterThan(0);
    await admin.call('getUsageReportFile', { query: { BotId: botId } });
    await admin.call('setCurrentSystemStatus');
    await admin.call('getEncryptionKeys');
    await admin.call('rotateEncryptionKeys');
    expect((await admin.call<Page>('getAudit', { query: LIST })).totalItemCount).toBeGreaterThan(20);
    expect(await anonymous.call('getCurrentSystemStatus')).toEqual(validator.exampleBody('setCurrentSystemStatus'));
    await admin.call('deleteCache');
    await anonymous.call('getLiveness');
    await anonymous.call('getReadiness');
    await admin.call('getMetrics');
  });

  it('answers the simple chat, and exports what was said', async () => {
    const { thread_id } = await anonymous.call<Ids>('answerSimpleChat');
    expect(await anonymous.call('answerSimpleChat', { body: { thread_id } })).toMatchObject({ thread_id });
    const { user_id } = validator.exampleBody('answerSimpleChat') as Ids;
    expect((await admin.call<Record<string, unknown[]>>('getConversations'))[user_id!]).toHaveLength(2);
  });

  it('documents an example for every body', () => {
    const without = validator.operations.filter(
      ({ id }) => validator.exampleBody(id) !== undefined && !validator.hasExample(id),
    );
    expect(without).toEqual([]);
  });

  it('answers what it documents when it refuses', async () => {
    const nowhere = { chatId: 'nowhere' };
    expect((await admin.send('getChat', { path: nowhere })).status).toBe(404);
    expect((await anonymous.send('getAdminUsers')).status).toBe(401);
    expect((await admin.send('createChat', { body: { botId: 5 } })).status).toBe(400);
    expect((await admin.send('getBots', { query: { PageSize: 0 } })).status).toBe(400);
  });

  it('leaves no operation out', () => {
    const succeeded = (id: string): boolean => [...(validator.seen.get(id) ?? [])].some((status) => status < 400);
    expect(validator.operations.filter(({ id }) => !succeeded(id)).map(({ id }) => id)).toEqual([]);
  });
});
