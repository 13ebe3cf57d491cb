import { eventually } from '../../support/eventually.js';
import { FallbackServer, SECOND } from './fallback.support.js';

interface ServicesHealth {
  services: { openAiServiceId: string; displayName: string; state: string }[];
}
interface BotServices {
  services: { openAiServiceId: string; modelName: string; problem: string | null }[];
}

describe('the health of services', () => {
  const app = new FallbackServer();
  beforeAll(() => app.start(), 60_000);
  afterAll(() => app.stop());
  beforeEach(() => app.renew());

  const troubles = (): Promise<{ service_id: string; state: string; code: string }[]> =>
    app.query('SELECT service_id, state, code FROM service_troubles');
  const ready = () => app.server.call<{ status: string; parts: Record<string, string> }>('GET', '/health/ready');

  it('goes down with failures, never takes the server out, is stored while it lasts, and comes back', async () => {
    expect(await app.availability(app.firstId)).toMatchObject({ state: 'up', reason: null });
    app.first.script('default', { status: 500 });
    for (let turn = 0; turn < 2; turn++) expect(await app.ask('Hello')).toMatchObject({ status: 200 });
    const down = await app.availability(app.firstId);
    expect(down).toMatchObject({ state: 'down', reason: { code: 'PROVIDER_ERROR' } });
    expect(await app.availability(app.firstId)).toEqual(down);
    expect(Date.parse(down.since!)).toBeLessThanOrEqual(Date.now());
    const { services } = await app.admin<ServicesHealth>('GET', '/api/admin/openAiServices/health');
    expect(services.map(({ displayName, state }) => [displayName, state])).toEqual([
      ['First', 'down'],
      ['Second', 'up'],
    ]);
    expect(await app.figure('baton_model_service_health', app.firstId)).toBe(0);
    expect(await app.figure('baton_model_service_health', app.secondId)).toBe(1);
    await eventually(ready, ({ body }) => body.parts['models'] === 'degraded');
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok' } });
    await eventually(troubles, (rows) =>
      rows.some(({ service_id, state }) => service_id === app.firstId && state === 'down'),
    );

    app.first.reset();
    await app.ask('Hello');
    expect(await app.availability(app.firstId)).toMatchObject({ state: 'degraded' });
    await app.renew();
    await app.ask('Hello');
    expect(await app.availability(app.firstId)).toMatchObject({ state: 'up', reason: null });
    await eventually(troubles, (rows) => rows.every(({ service_id }) => service_id !== app.firstId));
  });

  it('is told from the probe where nothing was called', async () => {
    const id = await app.createService('Third', app.second);
    expect(await app.availability(id)).toMatchObject({ state: 'up' });
    const nowhere = { displayName: 'Nowhere', isActive: true, azureOpenAiEndpoint: 'http://127.0.0.1:9/v1' };
    const deadId = await app.admin<string>('POST', '/api/admin/openAiServices', nowhere);
    await app.admin('POST', `/api/admin/openAiServices/${deadId}/probe`);
    expect(await app.availability(deadId)).toMatchObject({ state: 'down', reason: { code: 'PROVIDER_UNREACHABLE' } });
    for (const each of [id, deadId]) await app.admin('DELETE', `/api/admin/openAiServices/${each}`);
  });

  it('is not touched by what customers ask for', async () => {
    app.first.script('default', { status: 400, code: 'content_filter' });
    for (let turn = 0; turn < 3; turn++) expect(await app.ask('Hello')).toMatchObject({ status: 422 });
    expect(await app.availability(app.firstId)).toMatchObject({ state: 'up' });
  });

  describe('and the services of a bot', () => {
    const put = (fallbackServices: unknown) =>
      app.server.asAdmin('PUT', `/api/admin/bots/${app.botId}`, { fallbackServices });
    const list = async () => (await app.admin<BotServices>('GET', `/api/admin/bots/${app.botId}/services`)).services;

    it('are listed in their order, with what is wrong with them', async () => {
      const id = await app.createService('Third', app.second);
      await app.setFallbacks([{ openAiServiceId: id, modelName: 'other' }, { openAiServiceId: app.secondId }]);
      await app.admin('PUT', `/api/admin/openAiServices/${id}`, { displayName: 'Third', isActive: false });
      expect(await list()).toMatchObject([
        { openAiServiceId: app.firstId, modelName: 'fake-large', problem: null, availability: { state: 'up' } },
        { openAiServiceId: id, modelName: 'other', problem: 'The service of the bot is switched off.' },
        { openAiServiceId: app.secondId, modelName: 'fake-second', problem: null },
      ]);
      await app.admin('DELETE', `/api/admin/openAiServices/${id}`);
      expect(await list()).toHaveLength(2);
    });

    it('are refused when one is unknown or named twice, and stay as they were', async () => {
      const before = await list();
      const second = { openAiServiceId: app.secondId };
      const wrong = [
        [second, second],
        [{ openAiServiceId: 'unknown' }],
        [second, { openAiServiceId: crypto.randomUUID() }],
        [{}],
        'first',
        Array.from({ length: 9 }, () => ({ openAiServiceId: crypto.randomUUID() })),
      ];
      for (const fallbackServices of wrong)
        expect(await put(fallbackServices)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(
        await app.server.asAdmin('PUT', `/api/admin/bots/${app.botId}`, { openAiServiceId: app.secondId }),
      ).toMatchObject({ status: 400, body: { errors: [{ path: 'fallbackServices' }] } });
      expect(await list()).toEqual(before);
    });
  });

  it('moves titles to the next service as well', async () => {
    await app.admin('PUT', `/api/admin/bots/${app.botId}/parameters`, { isTitledByModel: true });
    app.first.script('default', { status: 401 });
    const chatId = await app.server.createChat();
    expect(await app.server.complete(chatId, 'Hello')).toMatchObject({ body: { assistantMessage: SECOND } });
    await eventually(
      () => app.server.call('GET', `/api/chats/${chatId}`),
      ({ body }) => String(body['displayName']).startsWith('The second service'),
    );
  });
});
