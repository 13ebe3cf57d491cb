import { MetricsRegistry } from '@app/common';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { ModelWarningsService } from '../../apps/api/src/bots/demands/model-warnings.service.js';
import { ServiceProbesService } from '../../apps/api/src/models/probes/service-probes.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { ServiceStatusService } from '../../apps/api/src/models/services/service-status.service.js';
import { ShutdownAlarmsService } from '../../apps/api/src/models/shutdowns/shutdown-alarms.service.js';
import { ShutdownRadarService } from '../../apps/api/src/models/shutdowns/shutdown-radar.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN, createBot, ENGINES, KEY, reach } from './bots.support.js';

const DAY_MS = 86_400_000;
const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe.each(ENGINES)('models that end on $engine', ({ settings }) => {
  const provider = new FakeProvider({
    models: [
      { id: 'lasting', created: 9 },
      { id: 'far', created: 8, shutdown_date: dayIn(200) },
      { id: 'near', created: 7, shutdown_date: dayIn(20) },
      { id: 'ended', created: 6, shutdown_date: dayIn(-3) },
    ],
  });
  let server: TestApp;
  let services: OpenAiServicesService;
  let radar: ShutdownRadarService;
  let bots: BotAdministrationService;
  let serviceId: string;

  beforeAll(async () => {
    await provider.start();
    server = await startTestApp({ ...settings, ...KEY });
    services = reach(server, OpenAiServicesService);
    radar = reach(server, ShutdownRadarService);
    bots = reach(server, BotAdministrationService);
    serviceId = await services.create({ displayName: 'Fake', isActive: true, azureOpenAiEndpoint: provider.baseUrl });
    await reach<ServiceProbesService>(server, ServiceProbesService).settled(serviceId);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });

  const warningsOf = async (botId: string): Promise<string[]> =>
    (await reach<ModelWarningsService>(server, ModelWarningsService).get(ADMIN, botId)).warnings;

  it('are found in what the service listed last, without a call', async () => {
    const asked = provider.journal.count;
    const near = await createBot(server, { openAiServiceId: serviceId, modelName: 'near' });
    const far = await createBot(server, { openAiServiceId: serviceId, modelName: 'far' });
    const ended = await createBot(server, { openAiServiceId: serviceId, modelName: 'ended' });
    const quiet = await createBot(server, { openAiServiceId: serviceId });
    expect(await radar.findAll()).toEqual([
      expect.objectContaining({ modelName: 'ended', daysLeft: -3, level: 'ended', source: 'service' }),
      expect.objectContaining({
        openAiServiceId: serviceId,
        openAiService: 'Fake',
        modelName: 'near',
        shutdownDate: dayIn(20),
        daysLeft: 20,
        level: 'days30',
        bots: [expect.objectContaining({ botId: near })],
      }),
    ]);
    expect(await warningsOf(near)).toEqual([expect.stringContaining(`ends in 20 days, on ${dayIn(20)}`)]);
    expect(await warningsOf(ended)).toEqual([expect.stringContaining('has ended')]);
    for (const botId of [far, quiet]) expect(await warningsOf(botId)).toEqual([]);
    const status = await reach<ServiceStatusService>(server, ServiceStatusService).get(serviceId);
    expect(status.shutdowns.map(({ modelName }) => modelName)).toEqual(['ended', 'near']);
    expect(provider.journal.count).toBe(asked);
    for (const botId of [near, far, ended, quiet]) await bots.delete(ADMIN, botId);
    expect(await radar.findAll()).toEqual([]);
  });

  it('are found in the announcements where the service does not tell', async () => {
    const botId = await createBot(server, { openAiServiceId: serviceId, modelName: 'gpt-4' });
    expect(await radar.findAll(new Date('2026-10-20T12:00:00Z'))).toEqual([
      expect.objectContaining({ modelName: 'gpt-4', daysLeft: 3, level: 'days7', source: 'announcement' }),
    ]);
    expect(await radar.findAll(new Date('2026-01-01T12:00:00Z'))).toEqual([]);
    await bots.delete(ADMIN, botId);
  });

  it('are those of the service, too, for bots that name none', async () => {
    await services.update(serviceId, { displayName: 'Fake', modelName: 'near' });
    await reach<ServiceProbesService>(server, ServiceProbesService).settled(serviceId);
    expect(await radar.findAll()).toEqual([expect.objectContaining({ modelName: 'near', bots: [] })]);
    const botId = await createBot(server, { openAiServiceId: serviceId });
    expect((await radar.findAll())[0]?.bots).toEqual([expect.objectContaining({ botId })]);
    await bots.delete(ADMIN, botId);
    await services.update(serviceId, { displayName: 'Fake', modelName: '' });
    await reach<ServiceProbesService>(server, ServiceProbesService).settled(serviceId);
  });

  it('are missed by a warning, not an error, when the service does not list them', async () => {
    const botId = await createBot(server, { openAiServiceId: serviceId, modelName: 'typo' });
    expect(await warningsOf(botId)).toEqual([expect.stringContaining('does not list the model typo')]);
    await bots.update(ADMIN, botId, { modelName: 'lasting' });
    expect(await warningsOf(botId)).toEqual([]);
    await bots.delete(ADMIN, botId);
  });

  it('are found among the fallbacks of bots', async () => {
    const fallbackServices = [{ openAiServiceId: serviceId, modelName: 'near' }];
    const botId = await createBot(server, { fallbackServices });
    expect(await radar.findAll()).toEqual([
      expect.objectContaining({ modelName: 'near', bots: [expect.objectContaining({ botId })] }),
    ]);
    expect(await warningsOf(botId)).toEqual([expect.stringContaining('ends in 20 days')]);
    await bots.delete(ADMIN, botId);
  });

  it('are said once a day by one instance, and are a metric', async () => {
    const botId = await createBot(server, { openAiServiceId: serviceId, modelName: 'near' });
    const alarms = reach<ShutdownAlarmsService>(server, ShutdownAlarmsService);
    const said = await Promise.all([alarms.sayOnceADay(), alarms.sayOnceADay()]);
    expect(said.toSorted()).toEqual([0, 1]);
    expect(await alarms.sayOnceADay()).toBe(0);
    const metrics = await reach<MetricsRegistry>(server, MetricsRegistry).render();
    expect(metrics).toContain('baton_model_shutdown_days{service="Fake",model="near"} 20');
    await bots.delete(ADMIN, botId);
    expect(await reach<MetricsRegistry>(server, MetricsRegistry).render()).not.toContain('model="near"');
  });
});
