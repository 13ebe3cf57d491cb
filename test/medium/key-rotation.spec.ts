import { Bot, BotTool, JobLeasesRepository, OpenAiService } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { BotConfigurationService } from '../../apps/api/src/bots/configuration/bot-configuration.service.js';
import { BotToolsService } from '../../apps/api/src/bots/tools/bot-tools.service.js';
import { CacheService } from '../../apps/api/src/cache/index.js';
import { ConnectionExtrasService } from '../../apps/api/src/models/connections/connection-extras.service.js';
import { ServiceConnectionsService } from '../../apps/api/src/models/connections/service-connections.service.js';
import { emptyService } from '../../apps/api/src/models/services/new-service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { KeyRotationService } from '../../apps/api/src/secrets/index.js';
import { SealedRowsRepository } from '../../apps/api/src/secrets/rotation/sealed-rows.repository.js';
import type { TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../support/http-client.js';
import { Installation } from '../support/installation/installation.js';
import { MYSQL_URL } from '../support/servers.js';
import { ADMIN, code, createBot, KEY, reach } from './bots.support.js';

/** `ROTATED_KEYS=1000` is the long form. */
const SERVICES = Number(process.env.ROTATED_KEYS ?? 60);
const OLD = randomBytes(32).toString('hex');
const NEW = randomBytes(32).toString('hex');
const ENVELOPE = /v1\.([0-9a-f]{8})\.[\w-]+\.[\w-]+\.[\w-]+/g;
const ENGINES = [
  { engine: 'SQLite', isEmbedded: true },
  ...(MYSQL_URL !== '' ? [{ engine: 'MySQL or MariaDB', isEmbedded: false }] : []),
];
const TOOL_URL = 'https://tools.example.com/orders?code=url-secret-0123456789';

const EXTRAS = {
  headers: [{ name: 'x-gateway-key', value: 'gateway-secret' }],
  query: [{ name: 'token', value: 'query-secret' }],
  entra: { tenantId: 't', clientId: 'c', clientSecret: 'entra-secret', loginUrl: 'http://127.0.0.1:1' },
};

describe.each(ENGINES)('keys on $engine', ({ isEmbedded }) => {
  const provider = new FakeProvider({ apiKey: 'sk-0' });
  let installation: Installation;
  let server: TestApp;
  let botId: string;
  let ids: string[];

  const rotation = (): KeyRotationService => reach(server, KeyRotationService);
  const rows = (): SealedRowsRepository => reach(server, SealedRowsRepository);
  const database = (): DataSource => reach(server, getDataSourceToken());
  const restart = async (settings: Record<string, string>): Promise<void> => {
    await server.stop();
    server = await installation.start({ ...KEY, ...settings });
  };
  const restartWithBoth = (): Promise<void> => restart({ ENCRYPTION_KEY: NEW, PREVIOUS_ENCRYPTION_KEYS: OLD });

  /** How many secrets each key has sealed, in every column that holds some. */
  async function sealedBy(): Promise<Record<string, number>> {
    const stored = JSON.stringify([
      await database().getRepository(OpenAiService).find(),
      await database().getRepository(BotTool).find(),
      await database().getRepository(Bot).find(),
      await database().query('SELECT value FROM system_state'),
    ]);
    const counts: Record<string, number> = {};
    for (const [, id] of stored.matchAll(ENVELOPE)) counts[id!] = (counts[id!] ?? 0) + 1;
    return counts;
  }

  async function keyOf(id: string): Promise<string | null> {
    await reach<CacheService>(server, CacheService).forget('services', id);
    return (await reach<OpenAiServicesService>(server, OpenAiServicesService).getTarget(id)).connection.apiKey;
  }

  async function expectAllReadable(): Promise<void> {
    for (const [index, id] of ids.entries()) expect([id, await keyOf(id)]).toEqual([id, `sk-${index}`]);
    const { connection } = await reach<OpenAiServicesService>(server, OpenAiServicesService).getTarget(ids.at(-1)!);
    expect(connection).toMatchObject({
      headers: { 'x-gateway-key': 'gateway-secret' },
      query: { token: 'query-secret' },
      entra: { clientSecret: 'entra-secret' },
    });
    await reach<CacheService>(server, CacheService).forget('bots');
    expect(await reach<BotToolsService>(server, BotToolsService).getCallable(botId)).toMatchObject([
      { url: TOOL_URL, headers: { Authorization: 'Bearer header-secret' } },
    ]);
    const configurations = reach<BotConfigurationService>(server, BotConfigurationService);
    for (const part of [await configurations.getAcs(ADMIN, botId), await configurations.getAzureSearch(ADMIN, botId)])
      expect(part).toMatchObject({ isBlobServiceClientSet: true, isSearchClientSet: true });
    expect(await configurations.getRaw(ADMIN, botId)).toEqual({ configurationRaw: '{"apiKey":"********"}' });
  }

  beforeAll(() => provider.start());
  afterAll(() => provider.stop());
  beforeEach(async () => {
    installation = await Installation.create(isEmbedded);
    server = await installation.start({ ...KEY, ENCRYPTION_KEY: OLD });
    const connections = reach<ServiceConnectionsService>(server, ServiceConnectionsService);
    ids = Array.from({ length: SERVICES }, uuidv7);
    const services = ids.map((id, index) => ({
      ...emptyService(id),
      displayName: `Service ${index}`,
      isActive: true,
      endpoint: provider.baseUrl,
      encryptedKey: connections.sealKey(id, provider.baseUrl, `sk-${index}`),
    }));
    Object.assign(
      services.at(-1)!,
      reach<ConnectionExtrasService>(server, ConnectionExtrasService).changesOf(services.at(-1)!, EXTRAS),
    );
    await database().getRepository(OpenAiService).insert(services);
    botId = await createBot(server, { openAiServiceId: ids[0], modelName: 'fake-large', code: 'rotated' });
    const secretHeaders = [{ name: 'Authorization', value: 'Bearer header-secret' }];
    const tools = reach<BotToolsService>(server, BotToolsService);
    await tools.replaceAll(ADMIN, botId, [{ name: 'orders', url: TOOL_URL, secretHeaders }]);
    const configurations = reach<BotConfigurationService>(server, BotConfigurationService);
    const search = {
      isUpdateBlobClient: true,
      blobClientConnectionString: 'AccountName=a;AccountKey=blob-secret==;EndpointSuffix=core.windows.net',
      isUpdateSearchClient: true,
      searchClientEndpoint: 'https://search.example.com/',
      searchClientCredential: 'search-secret',
    };
    await configurations.updateAcs(ADMIN, botId, search);
    await configurations.updateAzureSearch(ADMIN, botId, search);
    await configurations.updateRaw(ADMIN, botId, { configurationRaw: '{"apiKey":"raw-secret"}' });
  }, 120_000);
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.stop();
    await installation.remove();
  });

  it('of two masters open both, and the current one seals', async () => {
    await restartWithBoth();
    await expectAllReadable();
    const [keyId] = Object.keys(await sealedBy());
    const status = await rotation().getStatus();
    expect(status).toMatchObject({ keyStatus: 'ok', previousKeyIds: [keyId], rotation: { state: 'never' } });
    const tools = reach<BotToolsService>(server, BotToolsService);
    await tools.replaceAll(ADMIN, botId, [{ name: 'orders', url: TOOL_URL }]);
    expect(await sealedBy()).toMatchObject({ [status.currentKeyId]: 2 });
    await expectAllReadable();
  });

  it('are rotated while chats go on, and the old master is not needed any more', async () => {
    await restartWithBoth();
    const http = new HttpClient(server.url, bearer(KEY.ADMIN_API_KEY));
    const calls = { count: 0, failed: [] as unknown[], isOver: false };
    const chat = async (): Promise<void> => {
      const { body } = await http.call('POST', '/api/chats/create/bybotcode', { botCode: 'rotated' });
      do {
        const path = `/api/chats/${String(body['chatId'])}/completions`;
        const answer = await http.call('POST', path, { userMessage: 'Hello [[tokens=3]]' });
        calls.count += 1;
        if (answer.status !== 200) calls.failed.push(answer);
      } while (!calls.isOver);
    };
    const connect = async (): Promise<void> => {
      for (let index = 0; !calls.isOver; index = (index + 1) % SERVICES) {
        const key = await keyOf(ids[index]!).catch((error: unknown) => error);
        calls.count += 1;
        if (key !== `sk-${index}`) calls.failed.push(key);
      }
    };
    const load = Promise.all([chat(), chat(), connect()]);
    const run = await rotation().run({});
    calls.isOver = true;
    await load;
    expect(calls.failed).toEqual([]);
    expect(calls.count).toBeGreaterThan(2);
    expect(run).toMatchObject({ checked: SERVICES + 10, renewed: SERVICES + 10, unreadable: 0 });
    expect(await sealedBy()).toEqual({ [run.keyId]: SERVICES + 11 });
    await restart({ ENCRYPTION_KEY: NEW });
    await expectAllReadable();
    expect(await rotation().getStatus()).toMatchObject({ keyStatus: 'ok', rotation: { state: 'completed' } });
  }, 300_000);

  it('are rotated to the end by the next run when one was cut off', async () => {
    await restartWithBoth();
    const change = rows().change.bind(rows());
    let changed = 0;
    jest.spyOn(rows(), 'change').mockImplementation((...row) => {
      if ((changed += 1) > SERVICES / 2) throw new Error('The process is gone.');
      return change(...row);
    });
    await expect(rotation().run({})).rejects.toThrow('The process is gone.');
    expect(await rotation().getStatus()).toMatchObject({ rotation: { state: 'interrupted' } });
    expect(Object.keys(await sealedBy())).toHaveLength(2);
    await expectAllReadable();
    jest.restoreAllMocks();
    await restartWithBoth();
    const run = await rotation().run({});
    expect(run).toMatchObject({ checked: SERVICES + 10, renewed: SERVICES + 10 - SERVICES / 2 });
    expect(await sealedBy()).toEqual({ [run.keyId]: SERVICES + 11 });
    await expectAllReadable();
  });

  it('are not rotated twice at once', async () => {
    await restartWithBoth();
    const leases = new JobLeasesRepository(database());
    await leases.acquire('job:key-rotation', 600_000);
    await expect(rotation().start({})).rejects.toEqual(code('CONFLICT'));
    await leases.release('job:key-rotation');
    await rotation().start({});
    await eventually(async () => (await rotation().getStatus()).rotation.state === 'completed');
  });

  it('that an administrator changes meanwhile keep the change', async () => {
    await restartWithBoth();
    const list = rows().list.bind(rows());
    const services = reach<OpenAiServicesService>(server, OpenAiServicesService);
    const tools = reach<BotToolsService>(server, BotToolsService);
    jest.spyOn(rows(), 'list').mockImplementation(async (table, after, limit) => {
      const read = await list(table, after, limit);
      // Between the reading and the writing of the rotation.
      if (table.entity === OpenAiService && after === '') {
        const changes = { displayName: 'Changed', isUpdateOpenAi: true, azureOpenAiEndpoint: provider.baseUrl };
        await services.update(ids[1]!, { ...changes, azureOpenAiApiKey: 'sk-entered' });
        await database().getRepository(OpenAiService).delete({ id: ids[2] });
      }
      if (table.entity === BotTool)
        await tools.replaceAll(ADMIN, botId, [
          { name: 'orders', url: 'https://tools.example.com/', secretHeaders: [{ name: 'X-Key', value: 'entered' }] },
        ]);
      return read;
    });
    const { keyId } = await rotation().run({});
    jest.restoreAllMocks();
    expect(Object.keys(await sealedBy())).toEqual([keyId]);
    expect([await keyOf(ids[0]!), await keyOf(ids[1]!)]).toEqual(['sk-0', 'sk-entered']);
    expect(await tools.getCallable(botId)).toMatchObject([
      { url: 'https://tools.example.com/', headers: { 'X-Key': 'entered' } },
    ]);
  });

  it('whose master is lost stay, until that is accepted', async () => {
    const before = await sealedBy();
    await restart({ ENCRYPTION_KEY: NEW });
    await expect(rotation().run({})).rejects.toEqual(code('SECRET_UNREADABLE'));
    const run = await rotation().run({ isLossAccepted: true });
    expect(run).toMatchObject({ renewed: 0, unreadable: SERVICES + 10 });
    const [oldKeyId] = Object.keys(before);
    expect(await sealedBy()).toEqual({ [oldKeyId!]: SERVICES + 10, [run.keyId]: 1 });
    expect(await rotation().getStatus()).toMatchObject({
      keyStatus: 'ok',
      secrets: [{ unreadableCount: SERVICES + 10 }],
    });
    await expect(keyOf(ids[0]!)).rejects.toEqual(code('SECRET_UNREADABLE'));
  });
});
