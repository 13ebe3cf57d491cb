import { BotParametersService } from '../../apps/api/src/bots/parameters/bot-parameters.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { ADMIN_KEY, ChatServer } from '../support/chat-server.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { bearer } from '../support/http-client.js';
import { ADMIN, createBot, reach } from './bots.support.js';

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const FORMAT = { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true };
const FITS = '{"city":"Rome"}';
const UNFIT = '{"city":7}';

describe.each([true, false])('answers by a schema, from a service that streams: %s', (streaming) => {
  const service = new FakeProvider({ models: [{ id: 'fake-small' }], features: { streaming } });
  let server: ChatServer;
  let botId: string;

  beforeAll(async () => {
    await service.start();
    server = await ChatServer.start({ ENCRYPTION_KEY: 'a'.repeat(64) });
    const services = reach<OpenAiServicesService>(server.app, OpenAiServicesService);
    const azureOpenAiEndpoint = service.baseUrl;
    const openAiServiceId = await services.create({ displayName: 'JSON', isActive: true, azureOpenAiEndpoint });
    // Waits for the probe.
    await services.getTarget(openAiServiceId);
    botId = await createBot(server.app, { openAiServiceId });
    await reach<BotParametersService>(server.app, BotParametersService).update(ADMIN, botId, { answerSchema: SCHEMA });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await service.stop();
  });

  const createChat = async (): Promise<string> => {
    const { body } = await server.asAdmin('POST', '/api/chats', { botId });
    return String(body['chatId']);
  };
  const ask = async (text: string) => server.complete(await createChat(), `Where? [[text=${text}]]`, bearer(ADMIN_KEY));
  const endOf = async (text: string) => {
    const stream = await server.stream(await createChat(), `Where? [[text=${text}]]`, bearer(ADMIN_KEY));
    await stream.untilEnd();
    return stream.numbered().slice(-2);
  };

  it('are asked for, and are the answer when they fit', async () => {
    expect(await ask(FITS)).toMatchObject({ status: 200, body: { assistantMessage: FITS } });
    expect(service.journal.last!.body).toMatchObject({ stream: streaming, text: { format: FORMAT } });
    expect(await endOf(FITS)).toMatchObject([
      { type: 'message.completed', data: { status: 'complete', text: FITS } },
      { type: 'turn.ended', data: { status: 'completed' } },
    ]);
  });

  it('are not asked for where the chat is named', async () => {
    const parameters = reach<BotParametersService>(server.app, BotParametersService);
    await parameters.update(ADMIN, botId, { isTitledByModel: true });
    const before = service.journal.count;
    expect(await ask(FITS)).toMatchObject({ status: 200 });
    await service.journal.until(({ count }) => count >= before + 2);
    expect(service.journal.last!.body).not.toHaveProperty('text');
    await parameters.update(ADMIN, botId, { isTitledByModel: false });
  });

  it.each([
    [UNFIT, '/city must be string'],
    ['Rome', 'is not JSON'],
  ])('fail when they do not fit: %s', async (text, reason) => {
    const { status, body } = await ask(text);
    expect({ status, ...body }).toMatchObject({ status: 502, code: 'PROVIDER_SCHEMA_MISMATCH' });
    expect(body['detail']).toContain(reason);
    const before = service.journal.count;
    expect(await endOf(text)).toMatchObject([
      { type: 'message.completed', data: { status: 'failed', text } },
      { type: 'turn.ended', data: { status: 'failed', error: { code: 'PROVIDER_SCHEMA_MISMATCH' } } },
    ]);
    // What has been shown is not asked for again.
    expect(service.journal.count).toBe(before + 1);
  });
});
