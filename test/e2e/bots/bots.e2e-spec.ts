import { ChatServer } from '../../support/chat-server.js';
import type { Answer } from '../../support/http-client.js';
import { createBot, ID, nothing, problem, type Body } from './bots.support.js';

const PAGE = { pageNumber: 1, totalPageCount: 1, pageSize: 20, totalItemCount: 1, hasPrevious: false, hasNext: false };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown;

describe('bots over HTTP', () => {
  let server: ChatServer;
  let ada: Record<string, string>;
  beforeAll(async () => {
    server = await ChatServer.start();
    const { body: user } = await server.asAdmin('POST', '/api/admin/users', { login: 'ada', roles: ['user'] });
    const { body: key } = await server.asAdmin('POST', `/api/admin/users/${String(user['userId'])}/apiKeys`, {
      name: 'k',
    });
    ada = { authorization: `Bearer ${String(key['key'])}` };
  }, 60_000);
  afterAll(() => server.stop());

  const admin = (method: string, path: string, body?: unknown): Promise<Answer<Body>> =>
    server.asAdmin(method, path, body);
  const create = (changes?: Body): Promise<string> => createBot(server, changes);
  const asAda = (method: string, path: string, body?: unknown): Promise<Answer<Body>> =>
    server.call(method, path, body, ada);

  it('creates, reads, changes and deletes a bot', async () => {
    const botId = await create({ code: 'crud', userLogins: 'x', baseSystemMessage: 'Hi' });
    nothing(await admin('PUT', `/api/admin/bots/${botId}`, { displayNameTv: { value: 'Other', valueDe: null } }));
    expect((await admin('GET', `/api/admin/bots/${botId}`)).body).toEqual({
      botId,
      code: 'crud',
      implementationType: 'OpenAI',
      displayNameTv: { value: 'Other', valueDe: '' },
      displayMessageTv: { value: '', valueDe: '' },
      descriptionTv: { value: '', valueDe: '' },
      sampleQuestion1Tv: { value: '', valueDe: '' },
      sampleQuestion2Tv: { value: '', valueDe: '' },
      isActive: true,
      isStartBot: false,
      baseSystemMessage: 'Hi',
      isPublic: true,
      userLogins: 'x',
      userGroups: '',
      adminLogins: '',
      contributorLogins: '',
      isBotAdmin: true,
      isBotContributor: true,
      createdUtc: TIME,
      updatedUtc: TIME,
      openAiServiceId: null,
      openAiService: 'OpenAI',
      modelName: null,
    });
    nothing(await admin('DELETE', `/api/admin/bots/${botId}`));
    problem(await admin('GET', `/api/admin/bots/${botId}`), 404, 'NOT_FOUND');
  });

  it('lists bots in the caller’s language, with names of parameters in any case', async () => {
    const botId = await create({ displayNameTv: { value: 'Listed', valueDe: 'Gelistet' } });
    const { body } = await server.call('GET', '/api/bots?searchfor=LISTED&PageSize=20', undefined, {
      ...ada,
      'accept-language': 'de-AT,en;q=0.5',
    });
    expect(body).toEqual({
      ...PAGE,
      items: [
        {
          botId,
          code: 'listed',
          displayName: 'Gelistet',
          displayMessage: '',
          sampleQuestion1: '',
          sampleQuestion2: '',
          description: '',
          modelName: null,
          isStartBot: false,
          createdUtc: TIME,
          updatedUtc: TIME,
        },
      ],
    });
    expect((await admin('GET', '/api/admin/bots?SearchFor=Listed')).body).toMatchObject({
      items: [{ botId, displayName: 'Listed', isFactBot: false, isOpenBot: false, isEditingSupported: true }],
    });
    problem(await asAda('GET', '/api/bots?PageSize=1e3'), 400, 'VALIDATION_FAILED');
    problem(await asAda('GET', '/api/bots?PageNumber=0'), 400, 'VALIDATION_FAILED');
  });

  it('knows how bots can answer', async () =>
    expect((await asAda('GET', '/api/admin/bots/implementationTypes')).body).toEqual([
      'OpenAI',
      'StartBot',
      'FactBot',
    ]));

  it('tells bots facts', async () => {
    const facts = `/api/admin/bots/${await create()}/facts`;
    const { body } = await admin('POST', facts, { isActive: true, factText: 'Water is wet.' });
    expect(body).toEqual({ botFactId: ID });
    const fact = `${facts}/${String(body['botFactId'])}`;
    nothing(await admin('PUT', fact, { factText: 'Ice is cold.' }));
    problem(await admin('PUT', fact, { isActive: null, factText: 'Ice is hot.' }), 400, 'VALIDATION_FAILED');
    expect((await admin('GET', facts)).body).toEqual({
      ...PAGE,
      items: [
        { botFactId: body['botFactId'], isActive: false, factText: 'Ice is cold.', createdUtc: TIME, updatedUtc: TIME },
      ],
    });
    nothing(await admin('DELETE', fact));
    problem(await admin('DELETE', fact), 404, 'NOT_FOUND');
    problem(await admin('POST', facts, { factText: null }), 400, 'VALIDATION_FAILED');
  });

  it('gives start bots members and searches among them', async () => {
    const start = await create({ isStartBot: true, displayNameTv: { value: 'Start' } });
    const member = await create({ displayNameTv: { value: 'Member' } });
    const members = `/api/admin/bots/${start}/bots`;
    nothing(await admin('POST', `${members}/${member}`, { isDefaultBot: false, keywords: 'invoice' }));
    nothing(await admin('PUT', `${members}/${member}`, { isDefaultBot: true, keywords: 'invoice, bill' }));
    expect((await admin('GET', members)).body).toEqual({
      ...PAGE,
      items: [
        {
          botId: member,
          botCode: 'member',
          botDisplayName: 'Member',
          botDisplayMessage: '',
          botDescription: '',
          isDefaultBot: true,
          isStartBot: false,
          keywords: 'invoice, bill',
        },
      ],
    });
    expect((await admin('GET', `/api/admin/bots/${start}/unassignedbots?SearchFor=Member`)).body).toMatchObject({
      items: [],
    });
    expect((await admin('GET', '/api/admin/bots/startbots')).body).toMatchObject({ items: [{ botId: start }] });
    expect((await asAda('GET', '/api/bots/startbots')).body).toMatchObject({
      items: [{ botId: start, isStartBot: true }],
    });
    expect((await asAda('GET', `/api/bots/bystartbot/${start}`)).body).toMatchObject({ items: [{ botId: member }] });
    expect((await asAda('POST', `/api/bots/${start}/search`, { userMessage: 'My bill?' })).body).toBe(member);
    problem(await asAda('POST', `/api/bots/${member}/search`, { userMessage: 'My bill?' }), 404, 'NOT_FOUND');
    problem(await asAda('POST', `/api/bots/${start}/search`, { userMessage: ' ' }), 400, 'VALIDATION_FAILED');
    nothing(await admin('DELETE', `${members}/${member}`));
    problem(await asAda('POST', `/api/bots/${start}/search`, { userMessage: 'My bill?' }), 409, 'CONFLICT');
  });

  it('keeps configurations', async () => {
    const bot = `/api/admin/bots/${await create()}`;
    nothing(await admin('PUT', `${bot}/configuration`, { configurationRaw: 'string' }));
    expect((await admin('GET', `${bot}/configuration`)).body).toEqual({ configurationRaw: 'string' });
    nothing(
      await admin('PUT', `${bot}/acsBotConfiguration`, {
        isUpdateBlobClient: false,
        blobClientConnectionString: null,
        isUpdateSearchClient: false,
        searchClientEndpoint: null,
        searchClientCredential: null,
        indexName: 'i',
        indexFields: null,
        useSemanticSearch: true,
        semanticSearchConfigurationName: null,
        maxResults: null,
        maxCharsTotal: 7,
      }),
    );
    expect((await admin('GET', `${bot}/acsBotConfiguration`)).body).toMatchObject({
      indexName: 'i',
      useSemanticSearch: true,
      maxCharsTotal: 7,
      isBlobServiceClientSet: false,
    });
    nothing(await admin('PUT', `${bot}/azureOpenAISearchBotConfiguration`, { temperature: 0.5, searchStrictness: 3 }));
    expect((await admin('GET', `${bot}/azureOpenAISearchBotConfiguration`)).body).toMatchObject({ temperature: 0.5 });
    nothing(await admin('PUT', `${bot}/parameters`, { temperature: 1.5 }));
    expect((await admin('GET', `${bot}/parameters`)).body).toMatchObject({
      temperature: 1.5,
      maxOutputTokens: null,
      isUserSystemMessageSupported: true,
      isTitledByModel: false,
    });
    problem(await admin('PUT', `${bot}/parameters`, { temperature: 2.1 }), 400, 'VALIDATION_FAILED');
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    problem(await admin('PUT', `${bot}/configuration`, { configurationRaw: deep }), 400, 'VALIDATION_FAILED');
  });

  it('lists feedback by what was asked for', async () => {
    const feedback = `/api/admin/bots/${await create()}/feedback`;
    const query = '?FilterByVote=1&ShowFeedbacksWithoutStatus=True&ShowFeedbacksWithStatus=False&FilterByStatus=-1';
    expect((await admin('GET', feedback + query)).body).toMatchObject({ totalItemCount: 0, items: [] });
    problem(await admin('GET', `${feedback}?FilterByVote=many`), 400, 'VALIDATION_FAILED');
    problem(await admin('GET', `${feedback}?ShowFeedbacksWithStatus=maybe`), 400, 'VALIDATION_FAILED');
    problem(await admin('PUT', `${feedback}/unknown`, { status: 1 }), 404, 'NOT_FOUND');
  });

  it('stops all bots, and only asks when asked', async () => {
    const asked = async () => (await server.call('GET', '/api/bots/stop')).body;
    expect(await asked()).toBe(false);
    nothing(await admin('PUT', '/api/admin/bots/stop/True'));
    expect(await asked()).toBe(true);
    expect(await asked()).toBe(true);
    nothing(await admin('PUT', '/api/admin/bots/stop/false'));
    expect(await asked()).toBe(false);
    problem(await admin('PUT', '/api/admin/bots/stop/yes'), 400, 'VALIDATION_FAILED');
  });

  it('makes another bot the open one', async () => {
    const botId = await create();
    const { body: before } = await server.call('GET', '/api/chats/OpenChatBotId');
    nothing(await admin('PUT', `/api/admin/bots/${botId}/openBot`));
    expect((await server.call('GET', '/api/chats/OpenChatBotId')).body).toEqual({
      openChatBotId: botId,
      isPublic: true,
    });
    nothing(await admin('PUT', `/api/admin/bots/${String(before['openChatBotId'])}/openBot`));
  });

  it('is administration for those who may', async () => {
    const botId = await create({ contributorLogins: 'Ada' });
    const bot = `/api/admin/bots/${botId}`;
    expect((await asAda('GET', bot)).body).toMatchObject({ isBotAdmin: false, isBotContributor: true });
    expect((await asAda('POST', `${bot}/facts`, { factText: 'x' })).status).toBe(200);
    problem(await asAda('PUT', bot, {}), 403, 'FORBIDDEN');
    problem(await asAda('DELETE', bot), 403, 'FORBIDDEN');
    problem(await asAda('POST', '/api/admin/bots', { displayNameTv: { value: 'x' } }), 403, 'FORBIDDEN');
    problem(await asAda('PUT', '/api/admin/bots/stop/true'), 403, 'FORBIDDEN');
    problem(await asAda('GET', `/api/admin/bots/${await create()}`), 404, 'NOT_FOUND');
    problem(await server.call('GET', bot), 401, 'UNAUTHENTICATED');
  });

  it.each([
    [{ unknown: 1 }, 'unknown'],
    [{ displayNameTv: 'x' }, 'displayNameTv'],
    [{ displayNameTv: { value: 1 } }, 'displayNameTv.value'],
    [{ displayNameTv: { value: 'x', other: 1 } }, 'displayNameTv.other'],
    [{ displayNameTv: { value: 'x'.repeat(201) } }, 'displayNameTv'],
    [{ sampleQuestion1Tv: { valueDe: 'x'.repeat(501) } }, 'sampleQuestion1Tv'],
    [{ isActive: 'yes' }, 'isActive'],
    [{ userLogins: ['x'] }, 'userLogins'],
    [{ code: 'a/b' }, 'code'],
    [{ implementationType: 'x' }, 'implementationType'],
    [{ openAiServiceId: 'x' }, 'openAiServiceId'],
    [{ displayNameTv: null }, 'displayNameTv'],
  ])('refuses %j', async (change, path) => {
    const answer = await admin('POST', '/api/admin/bots', { displayNameTv: { value: 'x' }, ...change });
    problem(answer, 400, 'VALIDATION_FAILED');
    expect((answer.body['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
  });
});
