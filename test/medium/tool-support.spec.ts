import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { BotParametersService } from '../../apps/api/src/bots/parameters/bot-parameters.service.js';
import { BotToolsService } from '../../apps/api/src/bots/tools/bot-tools.service.js';
import { AssistantsService } from '../../apps/api/src/channels/threads/assistants/assistants.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN, createBot, KEY, reach } from './bots.support.js';

const TOOL = { name: 'note', description: '', parameters: { type: 'object', properties: {} }, url: null };
const REFUSAL = { code: 'VALIDATION_FAILED', errors: [{ path: 'openAiServiceId' }] };

describe('bots with tools on services without', () => {
  const models = [{ id: 'fake-small' }];
  const able = new FakeProvider({ models });
  const unable = new FakeProvider({ models, features: { tools: false } });
  let server: TestApp;
  let tools: BotToolsService;
  let bots: BotAdministrationService;
  let ableId: string;
  let unableId: string;

  beforeAll(async () => {
    await Promise.all([able.start(), unable.start()]);
    server = await startTestApp({ ...KEY, OPENAI_BASE_URL: unable.baseUrl });
    tools = reach(server, BotToolsService);
    bots = reach(server, BotAdministrationService);
    const services = reach<OpenAiServicesService>(server, OpenAiServicesService);
    const create = async ({ baseUrl }: FakeProvider): Promise<string> => {
      const id = await services.create({ displayName: 'Fake', isActive: true, azureOpenAiEndpoint: baseUrl });
      // Waits for the probe.
      await services.getTarget(id);
      return id;
    };
    [ableId, unableId] = [await create(able), await create(unable)];
    await services.getTarget(null);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([able.stop(), unable.stop()]);
  });

  const countTools = async (botId: string): Promise<number> => (await tools.list(ADMIN, botId)).length;

  it('are refused when a tool is saved, and nothing is stored', async () => {
    const botId = await createBot(server, { openAiServiceId: unableId });
    await expect(tools.create(ADMIN, botId, TOOL)).rejects.toMatchObject(REFUSAL);
    await expect(tools.replaceAll(ADMIN, botId, [TOOL])).rejects.toMatchObject(REFUSAL);
    expect(await countTools(botId)).toBe(0);
    const { botToolId } = await tools.create(ADMIN, botId, { ...TOOL, isActive: false });
    await expect(tools.update(ADMIN, botId, botToolId, { ...TOOL, isActive: true })).rejects.toMatchObject(REFUSAL);
  });

  it('are refused when a bot moves, and not when it is only renamed', async () => {
    const botId = await createBot(server, { openAiServiceId: ableId });
    await tools.create(ADMIN, botId, TOOL);
    await expect(bots.update(ADMIN, botId, { openAiServiceId: unableId })).rejects.toMatchObject(REFUSAL);
    await expect(bots.update(ADMIN, botId, { openAiServiceId: '' })).rejects.toMatchObject(REFUSAL);
    await bots.update(ADMIN, botId, { openAiServiceId: ableId, displayNameTv: { value: 'Renamed' } });
    expect(await bots.get(ADMIN, botId)).toMatchObject({ openAiServiceId: ableId });
  });

  it('are accepted where the probe spoke to another model', async () => {
    const botId = await createBot(server, { openAiServiceId: unableId, modelName: 'fake-other' });
    await tools.create(ADMIN, botId, TOOL);
    await expect(bots.update(ADMIN, botId, { modelName: 'fake-small' })).rejects.toMatchObject(REFUSAL);
  });

  it('are told what is missing, why, and what to do', async () => {
    const botId = await createBot(server, { openAiServiceId: unableId });
    await expect(tools.create(ADMIN, botId, TOOL)).rejects.toThrow(/"Fake" .* \(.*does not support tools.*\): choose/);
  });

  it('are refused together with answers of a schema where the service knows none', async () => {
    const plain = new FakeProvider({ models, features: { jsonSchema: false } });
    await plain.start();
    const services = reach<OpenAiServicesService>(server, OpenAiServicesService);
    const service = { displayName: 'Plain', isActive: true, azureOpenAiEndpoint: plain.baseUrl };
    const plainId = await services.create(service);
    await services.getTarget(plainId);
    const parameters = reach<BotParametersService>(server, BotParametersService);
    const extraBody = { text: { format: { type: 'json_schema', name: 'a', schema: {} } } };
    const botId = await createBot(server, { openAiServiceId: plainId });
    await expect(parameters.update(ADMIN, botId, { extraBody })).rejects.toMatchObject(REFUSAL);
    await expect(parameters.update(ADMIN, botId, { answerSchema: { type: 'object' } })).rejects.toMatchObject(REFUSAL);
    const mover = await createBot(server, { openAiServiceId: ableId });
    await parameters.update(ADMIN, mover, { extraBody });
    await expect(bots.update(ADMIN, mover, { openAiServiceId: plainId })).rejects.toMatchObject(REFUSAL);
    await plain.stop();
  });

  it('are refused before an assistant is made of them', async () => {
    const assistants = reach<AssistantsService>(server, AssistantsService);
    const before = (await assistants.listAssistants(ADMIN)).length;
    const { url: _, ...definition } = TOOL;
    const dto = { name: 'New', instruction: 'Help.', tools: [{ type: 'function', function: definition }] };
    await expect(assistants.createAssistant(ADMIN, dto)).rejects.toMatchObject(REFUSAL);
    expect(await assistants.listAssistants(ADMIN)).toHaveLength(before);
  });
});
