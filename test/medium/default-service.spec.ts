import { OpenAiService } from '@app/database';
import { Logger } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { DefaultModelService } from '../../apps/api/src/models/defaults/default-model-service.service.js';
import { FirstModelService } from '../../apps/api/src/models/defaults/first-model-service.service.js';
import { ServiceStatusService } from '../../apps/api/src/models/services/service-status.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { ServiceProbesService } from '../../apps/api/src/models/probes/service-probes.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN, code, createBot, ENGINES, KEY, reach } from './bots.support.js';

const FIRST_ID = '00000000-0000-7000-8000-000000000001';

describe.each(ENGINES)('the default service on $engine', ({ settings }) => {
  const provider = new FakeProvider({ models: [{ id: 'fake-small' }] });
  let server: TestApp;
  let services: OpenAiServicesService;
  let statuses: ServiceStatusService;
  let defaults: DefaultModelService;

  beforeAll(() => provider.start());
  afterAll(() => provider.stop());
  afterEach(() => server.stop());

  const start = async (overrides: Record<string, string> = {}): Promise<void> => {
    server = await startTestApp({ ...settings, ...KEY, ...overrides });
    services = reach(server, OpenAiServicesService);
    statuses = reach(server, ServiceStatusService);
    defaults = reach(server, DefaultModelService);
  };
  const startReal = (overrides: Record<string, string> = {}): Promise<void> =>
    start({ OPENAI_BASE_URL: provider.baseUrl, OPENAI_API_KEY: 'sk-fake', ...overrides });
  const create = (displayName: string, changes = {}): Promise<string> =>
    services.create({ displayName, isActive: true, azureOpenAiEndpoint: provider.baseUrl, ...changes });
  const targetOf = async (botId: string): Promise<string> => {
    const bots = reach<BotsService>(server, BotsService);
    return (await bots.getTargets(await bots.getProfile(botId))).targets[0].serviceId;
  };
  const shown = async (botId: string): Promise<unknown> => {
    const { openAiServiceId, openAiService } = await reach<BotAdministrationService>(
      server,
      BotAdministrationService,
    ).get(ADMIN, botId);
    return [openAiServiceId, openAiService];
  };
  const isDefault = async (id: string): Promise<boolean> => (await statuses.get(id)).isDefault;

  it('is the first one made, and answers for bots that name none', async () => {
    await startReal();
    await create('Second');
    const botId = await createBot(server);
    expect(await targetOf(botId)).toBe(FIRST_ID);
    expect(await shown(botId)).toEqual([null, 'OpenAI']);
    expect(await isDefault(FIRST_ID)).toBe(true);
  });

  it('is the demo where it was made first, unless it is switched off', async () => {
    await start();
    const botId = await createBot(server);
    const real = await create('Real');
    expect(await targetOf(botId)).toBe(FIRST_ID);
    await server.stop();
    await start({ DEMO_SERVICE: 'off' });
    const otherId = await createBot(server);
    await services.create({ displayName: 'Without an endpoint', isActive: true });
    await create('Switched off', { isActive: false });
    await expect(targetOf(otherId)).rejects.toEqual(code('BOT_NOT_READY'));
    const usable = await create('Usable');
    expect([real === usable, await targetOf(otherId), await shown(otherId)]).toEqual([false, usable, [null, 'Usable']]);
    await services.delete(usable);
    await expect(targetOf(otherId)).rejects.toEqual(code('BOT_NOT_READY'));
  });

  it('is the one that an administrator chooses, until the choice is taken back', async () => {
    await startReal();
    const chosen = await create('Chosen');
    const botId = await createBot(server);
    const own = await createBot(server, { openAiServiceId: FIRST_ID });
    await targetOf(botId);
    await defaults.choose(chosen);
    expect([await targetOf(botId), await targetOf(own)]).toEqual([chosen, FIRST_ID]);
    expect([await isDefault(chosen), await isDefault(FIRST_ID)]).toEqual([true, false]);
    await defaults.clear(FIRST_ID);
    expect(await targetOf(botId)).toBe(chosen);
    await defaults.clear(chosen);
    expect(await targetOf(botId)).toBe(FIRST_ID);
  });

  it('stays while it is chosen: it is neither deleted nor switched off', async () => {
    await startReal();
    const chosen = await create('Chosen');
    await defaults.choose(chosen);
    await expect(services.delete(chosen)).rejects.toEqual(code('SERVICE_IN_USE'));
    await expect(services.update(chosen, { displayName: 'Off', isActive: false })).rejects.toEqual(
      code('SERVICE_IN_USE'),
    );
    expect(await services.get(chosen)).toMatchObject({ displayName: 'Chosen', isActive: true });
    await defaults.choose(FIRST_ID);
    await services.delete(chosen);
  });

  it('is not deleted while bots need it and no other service could answer for them', async () => {
    await startReal();
    const { code: _, ...refusal } = await services.delete(FIRST_ID).then(
      () => ({ code: 'none', message: '' }),
      (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
    );
    expect(refusal.message).toContain('Welcome');
    await create('Successor');
    await services.delete(FIRST_ID);
    await expect(services.get(FIRST_ID)).rejects.toEqual(code('NOT_FOUND'));
  });

  it('cannot be a service that is switched off or not there', async () => {
    await startReal();
    const off = await create('Off', { isActive: false });
    await expect(defaults.choose(off)).rejects.toEqual(code('CONFLICT'));
    await expect(defaults.choose('nowhere')).rejects.toEqual(code('NOT_FOUND'));
    await expect(defaults.clear('nowhere')).rejects.toEqual(code('NOT_FOUND'));
    expect(await isDefault(FIRST_ID)).toBe(true);
  });

  it('is missing when all services are switched off, and bots say so', async () => {
    await startReal();
    const botId = await createBot(server);
    await services.update(FIRST_ID, { displayName: 'OpenAI', isActive: false });
    await expect(targetOf(botId)).rejects.toEqual(code('BOT_NOT_READY'));
    expect(await shown(botId)).toEqual([null, '']);
  });
});

describe('settings of the environment', () => {
  const provider = new FakeProvider({ models: [{ id: 'fake-small' }] });
  const NAMED = { OPENAI_BASE_URL: '', OPENAI_API_KEY: 'sk-fake' };
  let server: TestApp;

  beforeAll(async () => {
    await provider.start();
    NAMED.OPENAI_BASE_URL = provider.baseUrl;
  });
  afterAll(() => provider.stop());
  afterEach(() => server.stop());

  const statusOf = async (id = FIRST_ID): Promise<unknown> => {
    const probes = reach<ServiceProbesService>(server, ServiceProbesService);
    await probes.settled(id);
    return reach<ServiceStatusService>(server, ServiceStatusService).get(id);
  };
  /** Another start on the same database, with other settings. */
  const startAgain = async (settings: Partial<TestApp['config']['provider']>): Promise<void> => {
    Object.assign(server.config.provider, settings);
    await reach<FirstModelService>(server, FirstModelService).onApplicationBootstrap();
  };

  it('without a model take one that the service lists', async () => {
    server = await startTestApp({ ...KEY, ...NAMED });
    expect(await statusOf()).toMatchObject({ modelName: 'fake-small', dialect: 'auto', keyStatus: 'ok' });
  });

  it('ask for a model at the start when the service lists none', async () => {
    const asked = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const silent = new FakeProvider({ models: [] });
    await silent.start();
    server = await startTestApp({ ...KEY, ...NAMED, OPENAI_BASE_URL: silent.baseUrl });
    await eventually(() => asked.mock.calls.some(([line]) => String(line).includes('set OPENAI_MODEL')));
    asked.mockRestore();
    expect(await statusOf()).toMatchObject({ modelName: null, health: { problem: { code: expect.any(String) } } });
    await startAgain({ model: 'fake-large' });
    expect(await statusOf()).toMatchObject({ modelName: 'fake-large', health: { problem: null } });
    await silent.stop();
  });

  it('take effect when they come later, unless an administrator has chosen', async () => {
    server = await startTestApp({ ...KEY, ...NAMED });
    await statusOf();
    await startAgain({ model: 'fake-large' });
    expect(await statusOf()).toMatchObject({ modelName: 'fake-large' });
    const services = reach<OpenAiServicesService>(server, OpenAiServicesService);
    await services.update(FIRST_ID, { displayName: 'Mine', modelName: 'fake-mine' });
    await startAgain({ model: 'fake-other' });
    expect(await statusOf()).toMatchObject({ modelName: 'fake-mine' });
    await services.update(FIRST_ID, { displayName: 'Mine', modelName: '' });
    expect(await statusOf()).toMatchObject({ modelName: 'fake-other' });
  });

  it('give a server that began with the demo a real service, once', async () => {
    server = await startTestApp({ ...KEY });
    const later = { apiKey: 'sk-later', baseUrl: provider.baseUrl, model: 'fake-large' };
    await startAgain(later);
    await startAgain(later);
    const database = reach<DataSource>(server, getDataSourceToken());
    const real = await database.getRepository(OpenAiService).findBy({ isDemo: false });
    expect(real).toMatchObject([{ displayName: 'OpenAI', endpoint: provider.baseUrl, defaultModel: 'fake-large' }]);
    expect(await statusOf(real[0]!.id)).toMatchObject({ isDefault: true, keyStatus: 'ok' });
    expect(await statusOf()).toMatchObject({ isDefault: false, isDemo: true });
  });

  it('give a service that was made without a key the key that came later', async () => {
    server = await startTestApp({ ...KEY, OPENAI_BASE_URL: provider.baseUrl });
    expect(await statusOf()).toMatchObject({ keyStatus: 'missing' });
    await startAgain({ apiKey: 'sk-later' });
    expect(await statusOf()).toMatchObject({ keyStatus: 'ok' });
  });
});
