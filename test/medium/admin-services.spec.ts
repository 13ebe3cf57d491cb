import type { PagingQuery } from '@app/common';
import { OpenAiService } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { ServiceStatusService } from '../../apps/api/src/models/services/service-status.service.js';
import { ServicePricesService } from '../../apps/api/src/models/prices/service-prices.service.js';
import { ServiceProbesService } from '../../apps/api/src/models/probes/service-probes.service.js';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN, code, ENGINES, KEY, page, reach } from './bots.support.js';

describe.each(ENGINES)('services on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let services: OpenAiServicesService;
  let probes: ServiceProbesService;
  let bots: BotAdministrationService;
  const provider = new FakeProvider({ apiKey: 'sk-good', models: [{ id: 'fake-large', shutdown_date: '2030-01-01' }] });

  beforeAll(async () => {
    await provider.start();
    server = await startTestApp({ ...settings, ...KEY });
    database = reach(server, getDataSourceToken());
    services = reach(server, OpenAiServicesService);
    probes = reach(server, ServiceProbesService);
    bots = reach(server, BotAdministrationService);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });

  const create = (changes = {}): Promise<string> =>
    services.create({
      displayName: 'Fake',
      isActive: true,
      azureOpenAiEndpoint: provider.baseUrl,
      azureOpenAiApiKey: 'sk-good',
      ...changes,
    });
  const rowOf = (id: string): Promise<OpenAiService> => database.getRepository(OpenAiService).findOneByOrFail({ id });

  it('finds out by itself what a new service speaks, and connects with its key', async () => {
    const id = await create();
    const target = await services.getTarget(id);
    expect(target).toMatchObject({
      connection: { baseUrl: provider.baseUrl, apiKey: 'sk-good', isAzure: false, dialect: 'responses' },
      defaultModel: 'fake-large',
    });
    expect((await rowOf(id)).health).toMatchObject({ reachable: true, problem: null });
  });

  it('stores no key as it came, and shows none', async () => {
    const id = await create({ azureOpenAiApiKey: 'sk-very-secret' });
    const { encryptedKey } = await rowOf(id);
    expect(encryptedKey).not.toContain('sk-very-secret');
    expect(await services.get(id)).toEqual({
      displayName: 'Fake',
      isActive: true,
      isAzureOpenAiSet: true,
      azureOpenAiEndpoint: provider.baseUrl,
    });
  });

  it('saves a service that refuses its key, and says so', async () => {
    const id = await create({ azureOpenAiApiKey: 'sk-bad' });
    expect(await probes.probe(id)).toMatchObject({ reachable: true, problem: { code: 'PROVIDER_AUTH_FAILED' } });
    await expect(probes.listModels(id)).rejects.toEqual(code('PROVIDER_AUTH_FAILED'));
  });

  it('saves a service that cannot be reached', async () => {
    const id = await create({ azureOpenAiEndpoint: 'http://127.0.0.1:9' });
    expect(await probes.probe(id)).toMatchObject({ reachable: false, problem: { code: 'PROVIDER_UNREACHABLE' } });
  });

  it('lists the models of a service with their last day', async () => {
    const id = await create();
    expect(await probes.listModels(id)).toEqual({
      models: [{ id: 'fake-large', shutdownDate: '2030-01-01', replacedBy: null, contextTokens: null }],
    });
  });

  describe('changing a service', () => {
    it('leaves endpoint and key alone unless that is asked for', async () => {
      const id = await create();
      await services.update(id, {
        displayName: 'Other',
        isActive: true,
        azureOpenAiEndpoint: 'https://elsewhere.example',
        azureOpenAiApiKey: 'sk-new',
      });
      expect(await services.get(id)).toMatchObject({ displayName: 'Other', azureOpenAiEndpoint: provider.baseUrl });
      expect((await services.getTarget(id)).connection.apiKey).toBe('sk-good');
    });

    it('keeps the key while the origin stays, and clears it when that changes', async () => {
      const id = await create();
      const update = (azureOpenAiEndpoint: string) =>
        services.update(id, { displayName: 'Fake', isActive: true, isUpdateOpenAi: true, azureOpenAiEndpoint });
      await update(`${provider.baseUrl}/other`);
      expect((await services.getTarget(id)).connection.apiKey).toBe('sk-good');
      await update('http://localhost:9/v1');
      expect(await services.get(id)).toMatchObject({ isAzureOpenAiSet: false });
      expect((await services.getTarget(id)).connection).toMatchObject({
        apiKey: null,
        baseUrl: 'http://localhost:9/v1',
      });
    });

    it('takes effect at once for those who remember the old one', async () => {
      const id = await create();
      await services.getTarget(id);
      await services.update(id, { displayName: 'Fake', isActive: false });
      await expect(services.getTarget(id)).rejects.toEqual(code('BOT_NOT_READY'));
    });

    it.each(['ftp://x.example', 'not an address', 'https://user:secret@x.example', 'https://x.example?key=1'])(
      'refuses the endpoint %s and changes nothing',
      async (azureOpenAiEndpoint) => {
        const id = await create();
        const before = await rowOf(id);
        const change = { displayName: 'New', isUpdateOpenAi: true, azureOpenAiEndpoint };
        await expect(services.update(id, change)).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
          errors: [{ path: 'azureOpenAiEndpoint' }],
        });
        await probes.settled(id);
        expect(await rowOf(id)).toMatchObject({ displayName: 'Fake', encryptedKey: before.encryptedKey });
      },
    );
  });

  describe('a key that was moved', () => {
    const move = async (column: 'encryptedKey' | 'endpoint', value: string): Promise<string> => {
      const id = await create();
      await probes.settled(id);
      await database.getRepository(OpenAiService).update({ id }, { [column]: value });
      return id;
    };
    const expectUnusable = async (id: string): Promise<void> => {
      expect(await services.get(id)).toMatchObject({ isAzureOpenAiSet: false });
      expect((await services.list(page({ SearchFor: 'Fake' }))).items.map((item) => item.id)).toContain(id);
      await expect(services.getTarget(id)).rejects.toEqual(code('SECRET_UNREADABLE'));
      expect(await reach<ServiceStatusService>(server, ServiceStatusService).get(id)).toMatchObject({
        keyStatus: 'undecryptable',
      });
      expect(await probes.probe(id)).toMatchObject({ problem: { code: 'undecryptable' } });
    };

    it('to another row does not open', async () =>
      expectUnusable(await move('encryptedKey', (await rowOf(await create())).encryptedKey!)));
    it('to another origin does not open', async () =>
      expectUnusable(await move('endpoint', 'https://evil.example/v1')));
    it('and broken does not open', async () => expectUnusable(await move('encryptedKey', 'v1.00000000.x.y.z')));
  });

  it('keeps a service that bots use, and names them', async () => {
    const openAiServiceId = await create();
    for (const name of ['Beta', 'Alpha'])
      await bots.create({ displayNameTv: { value: name, valueDe: '' }, openAiServiceId });
    await expect(services.delete(openAiServiceId)).rejects.toMatchObject({
      code: 'SERVICE_IN_USE',
      message: expect.stringContaining('Alpha, Beta') as unknown,
    });
  });

  it('deletes a service once its last bot is deleted', async () => {
    const openAiServiceId = await create();
    const { botId } = await bots.create({ displayNameTv: { value: 'Gone', valueDe: '' }, openAiServiceId });
    await bots.delete(ADMIN, botId);
    await services.delete(openAiServiceId);
    await expect(services.get(openAiServiceId)).rejects.toEqual(code('NOT_FOUND'));
    await expect(services.getTarget(openAiServiceId)).rejects.toEqual(code('BOT_NOT_READY'));
  });

  it('lists by search, order and page', async () => {
    for (const displayName of ['List_100%', 'LIST_2', 'list ÄÖÜ']) await services.create({ displayName });
    const names = async (values: Partial<PagingQuery>) => {
      const { items, totalItemCount } = await services.list(page(values));
      return [totalItemCount, ...items.map((item) => item.displayName)];
    };
    expect(await names({ SearchFor: 'list_' })).toEqual([2, 'List_100%', 'LIST_2']);
    expect(await names({ SearchFor: '100%' })).toEqual([1, 'List_100%']);
    expect(await names({ SearchFor: '%' })).toEqual([1, 'List_100%']);
    expect(await names({ SearchFor: 'LIST ÄÖÜ' })).toEqual([1, 'list ÄÖÜ']);
    expect(await names({ SearchFor: 'list', OrderBy: 'createdUtc desc', PageSize: 1, PageNumber: 3 })).toEqual([
      3,
      'List_100%',
    ]);
    expect(await names({ SearchFor: "'; DROP TABLE bots; --", OrderBy: 'id; DROP TABLE bots' })).toEqual([0]);
  });

  it('knows what models cost', async () => {
    const prices = server.app.get(ServicePricesService, { strict: false });
    const id = await create();
    const large = { model: 'fake-large', inputNano: 250, cachedNano: 25, outputNano: 2000 };
    await prices.replace(id, { prices: [{ ...large, model: 'old' }, large] });
    await prices.replace(id, { prices: [large] });
    expect(await prices.get(id)).toEqual({ prices: [large] });
    await expect(prices.get('unknown')).rejects.toEqual(code('NOT_FOUND'));
  });
});
