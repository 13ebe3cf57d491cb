import { Bot, BotTool, OpenAiService } from '@app/database';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TestApp } from '../../support/app.js';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../../support/http-client.js';
import { Installation } from '../../support/installation/installation.js';

const ADMIN_API_KEY = 'test-admin-key-of-at-least-32-characters';
const RIGHT = '0a'.repeat(32);
const WRONG = '0b'.repeat(32);
const UNREADABLE = [503, 'SECRET_UNREADABLE'];

describe('a server with the wrong encryption key', () => {
  const provider = new FakeProvider({ apiKey: 'sk-stored' });
  let installation: Installation;
  let server: TestApp;
  let admin: HttpClient;
  let botId: string;
  let serviceId: string;
  let before: unknown;
  const errors: unknown[] = [];

  const start = async (ENCRYPTION_KEY: string): Promise<void> => {
    server = await installation.start({ ADMIN_API_KEY, ENCRYPTION_KEY });
    admin = new HttpClient(server.url, bearer(ADMIN_API_KEY));
  };
  const stored = async (): Promise<unknown> => {
    const database = server.app.get(DataSource);
    const services = await database.getRepository(OpenAiService).find({ select: { id: true, encryptedKey: true } });
    const bots = await database.getRepository(Bot).find({ select: { id: true, configuration: true as never } });
    const tools = await database.getRepository(BotTool).find();
    const states = await database.query("SELECT value FROM system_state WHERE name = 'encryption_canary'");
    return [services, bots, tools.map(({ sealedUrl, secretHeaders }) => [sealedUrl, secretHeaders]), states];
  };
  const createChat = async (): Promise<string> => String((await admin.ok('POST', '/api/chats', { botId }))['chatId']);
  const say = async (chatId: string): Promise<[number, unknown]> => {
    const path = `/api/chats/${chatId}/completions`;
    const { status, body } = await admin.call('POST', path, { userMessage: 'Hello [[text=Here I am.]]' });
    return [status, body['code'] ?? body['answer'] ?? body['assistantMessage']];
  };

  beforeAll(async () => {
    await provider.start();
    installation = await Installation.create();
    await start(RIGHT);
    const endpoint = { azureOpenAiEndpoint: provider.baseUrl, azureOpenAiApiKey: 'sk-stored' };
    serviceId = await admin.ok<string>('POST', '/api/admin/openAiServices', {
      displayName: 'Kept',
      isActive: true,
      modelName: 'fake-large',
      ...endpoint,
    });
    const bot = {
      displayNameTv: { value: 'Bot', valueDe: '' },
      isActive: true,
      isPublic: true,
      openAiServiceId: serviceId,
    };
    botId = String((await admin.ok('POST', '/api/admin/bots', bot))['botId']);
    const secretHeaders = [{ name: 'X-Key', value: 'secret' }];
    await admin.ok('POST', `/api/admin/bots/${botId}/tools`, { name: 'a', url: 'https://a.example/', secretHeaders });
    await admin.ok('PUT', `/api/admin/bots/${botId}/configuration`, { configurationRaw: '{"apiKey":"secret"}' });
    await admin.ok('POST', `/api/chats/${await createChat()}/completions`, { userMessage: 'Hello' });
    before = await stored();
    await server.stop();
    jest.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => void errors.push(text));
    await start(WRONG);
  }, 120_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    await server.stop();
    await installation.remove();
    await provider.stop();
  });

  it('starts and says once what is wrong, which setting it is, and what works', async () => {
    expect(errors).toEqual([expect.stringMatching(/wrong.*Set ENCRYPTION_KEY.*lists.*work.*SECRET_UNREADABLE/)]);
    expect(await admin.ok('GET', '/health/ready')).toMatchObject({ status: 'ok', parts: { encryptionKey: 'down' } });
    expect(await admin.ok('GET', '/api/System/encryptionKeys')).toMatchObject({
      keyStatus: 'undecryptable',
      secrets: [{ count: 3, unreadableCount: 3 }],
      rotation: { state: 'never' },
    });
    expect(await admin.refused('POST', '/api/System/encryptionKeys/rotation', {})).toEqual(UNREADABLE);
  });

  it('lists and shows everything', async () => {
    expect(await admin.ok('GET', '/api/admin/openAiServices?SearchFor=Kept')).toMatchObject({ totalItemCount: 1 });
    const service = `/api/admin/openAiServices/${serviceId}`;
    expect(await admin.ok('GET', service)).toMatchObject({ isAzureOpenAiSet: false });
    expect(await admin.ok('GET', `${service}/status`)).toMatchObject({ keyStatus: 'undecryptable' });
    for (const path of ['/api/admin/bots', '/api/users/current/chats', `/api/admin/bots/${botId}/configuration`])
      expect([path, (await admin.call('GET', path)).status]).toEqual([path, 200]);
    expect(await admin.ok('GET', `/api/admin/bots/${botId}/tools`)).toMatchObject({
      tools: [{ keyStatus: 'undecryptable' }],
    });
  });

  it('answers chats with a problem of its own code', async () => {
    const chatId = await createChat();
    expect(await say(chatId)).toEqual(UNREADABLE);
    const { items } = await admin.ok<{ items: { data: object; type: string }[] }>('GET', `/api/chats/${chatId}/events`);
    expect(items.at(-1)).toMatchObject({
      type: 'turn.ended',
      data: { status: 'failed', error: { code: UNREADABLE[1] } },
    });
    expect(await admin.refused('GET', `/api/admin/openAiServices/${serviceId}/models`)).toEqual(UNREADABLE);
  });

  it('overwrites nothing by itself, and works again with the right key', async () => {
    const path = `/api/admin/bots/${botId}`;
    const rename = { displayName: 'Kept', isUpdateOpenAi: true, azureOpenAiEndpoint: provider.baseUrl };
    await admin.ok('PUT', `/api/admin/openAiServices/${serviceId}`, rename);
    const { tools } = await admin.ok<{ tools: { botToolId: string }[] }>('GET', `${path}/tools`);
    await admin.ok('PUT', `${path}/tools/${tools[0]!.botToolId}`, { name: 'a', url: 'https://a.example/' });
    for (const configurationRaw of ['', '{"apiKey":"********"}'])
      expect(await admin.refused('PUT', `${path}/configuration`, { configurationRaw })).toEqual(UNREADABLE);
    expect(await stored()).toEqual(before);
    await server.stop();
    await start(RIGHT);
    expect((await say(await createChat()))[0]).toBe(200);
    expect(await admin.ok('GET', '/health/ready')).toMatchObject({ parts: { encryptionKey: 'up' } });
  });
});
