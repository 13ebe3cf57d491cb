import { CatalogueClient, type OperationId } from '../../support/catalogue-client.js';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { eventually } from '../../support/eventually.js';
import { signatureOf } from '../../support/fake-twilio.mjs';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';
import { PUBLIC_URL, WhatsApp } from '../whatsapp/whatsapp.support.js';

type Page<Item = Record<string, unknown>> = { items: Item[]; totalItemCount: number };
type Ids = Record<string, string>;

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const LIST = { PageNumber: 1, PageSize: 5, SearchFor: 'a', OrderBy: '-displayName' };

describe('the whole catalogue, through the generated client', () => {
  const validator = new OpenApiValidator();
  let server: ChatServer;
  let issuer: OidcIssuer;
  let admin: CatalogueClient;
  let anonymous: CatalogueClient;
  let openAiServiceId = '';
  let botId = '';
  let startBotId = '';

  const clientOf = (token: string | null): CatalogueClient => new CatalogueClient(validator, server.app.url, token);
  const createBot = async (body: Record<string, unknown>): Promise<string> =>
    (await admin.call<Ids>('createBot', { body: { openAiServiceId, ...body } }))['botId']!;
  const createChat = async (): Promise<string> => (await admin.call<Ids>('createChat', { body: { botId } }))['chatId']!;
  const createMessage = (): Promise<string> => admin.call<string>('createUserSystemMessage');

  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    server = await ChatServer.start(issuer.settings);
    admin = clientOf(ADMIN_KEY);
    anonymous = clientOf(null);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  it('serves the services that bots answer through', async () => {
    const endpoint = { azureOpenAiEndpoint: server.provider.baseUrl };
    openAiServiceId = await admin.call<string>('createOpenAiService', { body: endpoint });
    const path = { openAiServiceId };
    await admin.call('getOpenAiServices', { query: LIST });
    await admin.call('updateOpenAiService', { path, body: endpoint });
    expect(await admin.call('getOpenAiService', { path })).toMatchObject({ isActive: true, isAzureOpenAiSet: true });
    expect(await admin.call('probeOpenAiService', { path })).toMatchObject({ reachable: true, problem: null });
    await admin.call('getOpenAiServiceModels', { path });
    await admin.call('updateDefaultOpenAiService', { path });
    expect(await admin.call('getOpenAiServiceStatus', { path })).toMatchObject({ isDefault: true });
    await admin.call('deleteDefaultOpenAiService', { path });
    await admin.call('updateOpenAiServicePrices', { path });
    expect(await admin.call('getOpenAiServicePrices', { path })).toEqual(
      validator.exampleBody('updateOpenAiServicePrices'),
    );
    for (const id of ['deleteOpenAiService', 'deleteOpenAiServiceByPluralPath'] as const) {
      const deleted = await admin.call<string>('createOpenAiService', { body: endpoint });
      await admin.call(id, { path: { openAiServiceId: deleted } });
      expect(await admin.send('getOpenAiService', { path: { openAiServiceId: deleted } })).toMatchObject({
        status: 404,
      });
    }
  });

  it('serves bots to those who administer them', async () => {
    botId = await createBot({});
    const path = { botId };
    await admin.call('getAdminBots', { query: LIST });
    await admin.call('updateBot', { path, body: { openAiServiceId } });
    expect(await admin.call('getAdminBot', { path })).toMatchObject({ openAiServiceId });
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
    startBotId = await createBot({ code: 'start', isStartBot: true, implementationType: 'StartBot' });
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
    const chatId = await createChat();
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
    const external = clientOf(await issuer.token());
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
    const userSystemMessageId = await createMessage();
    await admin.call('getUserSystemMessages', { query: LIST });
    expect(await admin.call('getUserSystemMessageCount')).toEqual({ systemMessageCount: 1 });
    const path = { userSystemMessageId };
    await admin.call('updateUserSystemMessage', { path });
    expect(await admin.call('getUserSystemMessage', { path })).toMatchObject({ userSystemMessageId });
    await admin.call('deleteUserSystemMessage', { path });
  });

  it('talks', async () => {
    const chatId = await createChat();
    const path = { chatId };
    const answer = await admin.call<Ids>('createCompletion', { path, body: { isTraceLogEnabled: true } });
    expect(answer['assistantMessage']).not.toBe('');
    const headers = { accept: 'text/event-stream' };
    const url = `${server.app.url}/api/chats/${chatId}/completions`;
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
    const path = { chatId: await createChat() };
    const asked = admin.send('createCompletion', { path, body: { userMessage: '[[tokens=500 delay=20]] go on' } });
    const stop = async (): Promise<number> => (await admin.send('stopCurrentTurn', { path })).status;
    let status = await stop();
    while (status === 409) status = await stop();
    expect(status).toBe(200);
    expect(await asked).toMatchObject({ status: 200, data: { chatId: path.chatId } });
  });

  it('serves the chats of a user', async () => {
    const chatId = await createChat();
    const path = { chatId };
    const userSystemMessageId = await createMessage();
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
    const chatId = await createChat();
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
    const path = { chatId: await createChat() };
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

  it('is embedded in other sites', async () => {
    await admin.call('updateWidgetSettings', { path: { botId } });
    expect(await admin.call('getWidgetSettings', { path: { botId } })).toEqual(
      validator.exampleBody('updateWidgetSettings'),
    );
    const path = { botCode: 'welcome' };
    const page = await anonymous.call<string>('getWidgetPage', { path });
    const fileName = /widget\/~\/([\w.-]+\.js)/.exec(page)![1]!;
    await anonymous.call('getWidgetFile', { path: { fileName } });
    const assistantId = `asst_${botId.replaceAll('-', '')}`;
    await anonymous.call('getChatbotPage', { query: { assistant_id: assistantId } });
    await anonymous.call('getWidgetScript');
    await anonymous.call('getWidgetLoader', { path });
    const session = await anonymous.call<Ids>('openWidgetSession', { path });
    expect(await anonymous.call('openWidgetSession', { path, body: { token: session['token'] } })).toMatchObject({
      visitorId: session['visitorId'],
    });
  });

  it('speaks the threads API', async () => {
    const begin = async (): Promise<string> => (await anonymous.call<Ids>('createThread'))['thread_id']!;
    const stream = await EventStream.open(`${server.app.url}/events/threads`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const [threadId, other] = [await begin(), await begin()];
    await stream.until((events) => events.length > 0);
    const text = stream.events.map(({ data }) => `data: ${JSON.stringify(data)}\n\n`).join('');
    await validator.check('GET', '/events/threads', new Response(text, { headers: stream.headers }));
    await stream.close();
    const path = { threadId };
    const { assistant_id: assistantId } = await admin.call<Ids>('createAssistant');
    await admin.call('updateAssistant', { body: { asst_id: assistantId, model: '' } });
    expect(await admin.call('getAssistant', { path: { assistantId: assistantId! } })).toMatchObject({ model: '' });
    await admin.call('listAssistants');
    const say = { thread_id: threadId, asst_id: assistantId };
    expect(await anonymous.call('addThreadMessage', { body: say })).toEqual({ run_id: expect.any(String) });
    await admin.call('deleteAssistant', { path: { assistantId: assistantId! } });
    expect(await anonymous.call('getThreadMessages', { path })).toMatchObject({
      messages: [{ assistant_id: assistantId }, { role: 'user' }],
    });
    await anonymous.call('getThreadVariables', { path });
    await admin.call('takeThreadOver', { path });
    await admin.call('addAgentMessage', { body: { thread_id: threadId } });
    await anonymous.call('getThread', { path });
    await anonymous.call('endThread', { body: { thread_id: other } });
    await anonymous.call('terminateThread', { path: { threadId: other, code: 'window_closed' } });
    await admin.call('deleteThread', { path });
    await admin.call('listThreads');
  });

  it('serves customers on WhatsApp', async () => {
    const whatsapp = await WhatsApp.start();
    const { twilio } = whatsapp;
    const client = new CatalogueClient(validator, whatsapp.server.app.url, ADMIN_KEY);
    const sign = (path: string, form: object): Record<string, string> => ({
      'x-twilio-signature': signatureOf(twilio.authToken, `${PUBLIC_URL}${path}`, form as Ids),
    });
    const message = validator.exampleBody('receiveWhatsAppMessage')!;
    expect(await client.call('receiveWhatsAppMessage', { headers: sign('/webhook', message) })).toBe('');
    let sent: { id: number; sid: string } | undefined;
    const query = { State: 'sent' };
    await eventually(async () => {
      [sent] = (await client.call<Page<{ id: number; sid: string }>>('getWhatsAppOutbox', { query })).items;
      return sent !== undefined;
    });
    const report = { ...validator.exampleBody('receiveWhatsAppStatus'), MessageSid: sent!.sid };
    const headers = sign(`/webhook/status?message=${sent!.id}`, report);
    await client.call('receiveWhatsAppStatus', { query: { message: sent!.id }, body: report, headers });
    expect(await client.call('getWhatsAppStatus')).toMatchObject({ isOn: true, dead: 1 });
    await client.call('retryWhatsAppMessage', { path: { outboxId: sent!.id } });
    await whatsapp.stop();
  });

  it('tells what was used and how it is', async () => {
    const query = { BotId: botId, TokenUsageTypeId: 1, FromRequestDate: '2024-01-02', ToRequestDate: '2999-01-01' };
    const used = await admin.call<Page>('getTokenUsageStatistic', { query });
    expect(used.items).toMatchObject([{ botId, userCount: 1 }]);
    await admin.call('updateStatistic');
    expect(await admin.call('getTokenUsageStatistic', { query })).toEqual(used);
    expect((await admin.call<Page>('getUsageCosts', { query: { BotId: botId } })).items.length).toBeGreaterThan(0);
    await admin.call('setCurrentSystemStatus');
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
    const without = validator.operations.filter(({ id }) => {
      const body = validator.exampleBody(id);
      return body !== undefined && Object.keys(body).length === 0;
    });
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
    const succeeded = (id: string): boolean => [200, 201].some((status) => validator.seen.get(id)?.has(status));
    expect(validator.operations.filter(({ id }) => !succeeded(id)).map(({ id }) => id)).toEqual([]);
  });
});
