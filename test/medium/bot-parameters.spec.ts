import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { BotParametersService } from '../../apps/api/src/bots/parameters/bot-parameters.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { ChatServer } from '../support/chat-server.js';
import { RawService, refused, said } from '../support/raw-service.js';
import { ADMIN, createBot, reach } from './bots.support.js';

describe('the parameters of a bot', () => {
  let server: ChatServer;
  let parameters: BotParametersService;
  const strict = new RawService(({ path, body }) => {
    if (path === '/models') return { body: { data: [{ id: 'm' }] } };
    if (path !== '/chat/completions') return { status: 404, body: {} };
    if ('service_tier' in body) return refused('Unrecognized request argument supplied: service_tier');
    return 'temperature' in body ? refused("Unsupported value: 'temperature' does not support 0.5") : said('OK');
  });
  const lastBody = () => server.provider.journal.last!.body;

  beforeAll(async () => {
    await strict.start();
    server = await ChatServer.start({ ENCRYPTION_KEY: 'a'.repeat(64) });
    parameters = reach(server.app, BotParametersService);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await strict.stop();
  });

  async function ask(botId: string, userMessage = 'Hello'): Promise<void> {
    const { body } = await server.asAdmin('POST', '/api/chats', { botId });
    const { status } = await server.asAdmin('POST', `/api/chats/${String(body['chatId'])}/completions`, {
      userMessage,
    });
    expect(status).toBe(200);
  }

  async function serviceOf({ baseUrl }: RawService, more = {}): Promise<string> {
    const services = reach<OpenAiServicesService>(server.app, OpenAiServicesService);
    const service = { displayName: 'Raw', isActive: true, azureOpenAiEndpoint: baseUrl, ...more };
    const id = await services.create(service);
    // Waits for the probe.
    await services.getTarget(id);
    return id;
  }

  const send = (botId: string, body: object) =>
    server.asAdmin<{ errors: { path: string }[] }>('PUT', `/api/admin/bots/${botId}/parameters`, body);

  it('reach the service, with a key for its cache and a pseudonym of the person', async () => {
    const botId = await createBot(server.app, {});
    await parameters.update(ADMIN, botId, {
      temperature: 0.5,
      topP: 0.9,
      reasoningEffort: 'low',
      verbosity: 'high',
      maxOutputTokens: 500,
      extraBody: { service_tier: 'flex' },
    });
    await ask(botId);
    const first = lastBody();
    expect(first).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      reasoning: { effort: 'low' },
      text: { verbosity: 'high' },
      max_output_tokens: 500,
      service_tier: 'flex',
      store: false,
      prompt_cache_key: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      safety_identifier: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    });
    await ask(botId, 'Again');
    expect(lastBody()).toMatchObject({
      prompt_cache_key: first.prompt_cache_key,
      safety_identifier: first.safety_identifier,
    });
    await parameters.update(ADMIN, botId, { temperature: null, extraBody: null });
    await ask(botId);
    expect(lastBody()).toMatchObject({ safety_identifier: first.safety_identifier, top_p: 0.9 });
    expect(lastBody().prompt_cache_key).not.toBe(first.prompt_cache_key);
    expect(Object.keys(lastBody())).not.toEqual(expect.arrayContaining(['temperature', 'service_tier']));
  });

  it('are refused where the dialect of the service has none', async () => {
    const botId = await createBot(server.app, {});
    const { status, body } = await send(botId, { stop: ['END'], seed: 1, topP: 0.5 });
    expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['stop', 'seed']]);
    expect(await parameters.get(ADMIN, botId)).toMatchObject({ stop: null, seed: null, topP: null });
  });

  it('are refused where the probe found that the service refuses them, also for a bot that moves there', async () => {
    const openAiServiceId = await serviceOf(strict);
    const botId = await createBot(server.app, { openAiServiceId });
    const refusal = { code: 'VALIDATION_FAILED', errors: [{ path: 'temperature' }] };
    await expect(parameters.update(ADMIN, botId, { temperature: 0.5 })).rejects.toMatchObject(refusal);
    await parameters.update(ADMIN, botId, { stop: ['END'], seed: 1 });
    await ask(botId);
    expect(strict.bodies('/chat/completions').at(-1)).toMatchObject({ stop: ['END'], seed: 1 });
    const other = await createBot(server.app, {});
    await parameters.update(ADMIN, other, { temperature: 0.5 });
    const bots = reach<BotAdministrationService>(server.app, BotAdministrationService);
    await expect(bots.update(ADMIN, other, { openAiServiceId })).rejects.toMatchObject(refusal);
  });

  it('are refused once the service has refused them', async () => {
    const botId = await createBot(server.app, { openAiServiceId: await serviceOf(strict) });
    await parameters.update(ADMIN, botId, { extraBody: { service_tier: 'flex' } });
    await ask(botId);
    expect(strict.bodies('/chat/completions').at(-1)).not.toHaveProperty('service_tier');
    const refusal = { code: 'VALIDATION_FAILED', errors: [{ path: 'extraBody.service_tier' }] };
    await expect(parameters.update(ADMIN, botId, { seed: 1 })).rejects.toMatchObject(refusal);
    await parameters.update(ADMIN, botId, { seed: 1, extraBody: null });
  });

  it.each([
    ['topP', { topP: 1.1 }],
    ['topP', { topP: '0.5' }],
    ['reasoningEffort', { reasoningEffort: 'much' }],
    ['verbosity', { verbosity: 5 }],
    ['stop', { stop: 'END' }],
    ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['stop', { stop: [''] }],
    ['seed', { seed: 1.5 }],
    ['seed', { seed: 1e300 }],
    ['maxOutputTokens', { maxOutputTokens: 0 }],
    ['answerSchema', { answerSchema: 'text' }],
    ['answerSchema', { answerSchema: { type: 'array' } }],
    ['answerSchema', { answerSchema: { type: 'object', properties: { a: { $ref: '#' } } } }],
    ['extraBody', { extraBody: [] }],
    ['extraBody', { extraBody: { model: 'x' } }],
    ['extraBody', { extraBody: { header: 'Bearer abcdefgh12345678' } }],
  ])('name %s when it is wrong: %j', async (path, changes) => {
    const botId = await createBot(server.app, {});
    const { status, body } = await send(botId, changes);
    expect(status).toBe(400);
    expect(body.errors[0]!.path).toMatch(new RegExp(`^${path}`));
    expect(JSON.stringify(body)).not.toContain('abcdefgh12345678');
  });
});
