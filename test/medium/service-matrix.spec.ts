import { OpenAiService, ServiceProbe } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ProbeScheduleService } from '../../apps/api/src/models/probes/probe-schedule.service.js';
import type { MatrixLineDto } from '../../apps/api/src/models/probes/service-matrix.dto.js';
import { ServiceProbesService } from '../../apps/api/src/models/probes/service-probes.service.js';
import { ServiceStatusService } from '../../apps/api/src/models/services/service-status.service.js';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { createBot, ENGINES, KEY, reach } from './bots.support.js';

const HOUR_MS = 3_600_000;
const lineOf = (lines: MatrixLineDto[], name: string): MatrixLineDto | undefined =>
  lines.find((line) => line.name === name);

describe.each(ENGINES)('the matrix of a service on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let services: OpenAiServicesService;
  let statuses: ServiceStatusService;
  let probes: ServiceProbesService;
  let schedule: ProbeScheduleService;
  let fake: FakeProvider;
  const started: FakeProvider[] = [];

  const serve = async (options: ConstructorParameters<typeof FakeProvider>[0] = {}): Promise<FakeProvider> => {
    const provider = new FakeProvider({ models: [{ id: 'fake-large' }], ...options });
    started.push(provider);
    await provider.start();
    return provider;
  };
  const create = async ({ baseUrl }: FakeProvider, isActive = true): Promise<string> => {
    const id = await services.create({ displayName: 'Fake', isActive, azureOpenAiEndpoint: baseUrl });
    await probes.settled(id);
    return id;
  };
  const linesOf = async (id: string): Promise<MatrixLineDto[]> => (await statuses.get(id)).matrix?.lines ?? [];
  const supportOf = async (id: string, name: string) => lineOf(await linesOf(id), name)?.support;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ...KEY });
    database = reach(server, getDataSourceToken());
    services = reach(server, OpenAiServicesService);
    statuses = reach(server, ServiceStatusService);
    probes = reach(server, ServiceProbesService);
    schedule = reach(server, ProbeScheduleService);
  }, 60_000);
  beforeEach(async () => {
    fake = await serve();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((provider) => provider.stop()));
  });
  afterAll(() => server.stop());

  it('says of each line whether it is supported, why not, and what follows', async () => {
    const limited = await serve({
      models: [{ id: 'fake-large', context_length: 32_768 } as { id: string }],
      dialects: ['chat_completions'],
      features: { jsonSchema: false },
    });
    const { matrix } = await statuses.get(await create(limited));
    expect(matrix).toMatchObject({
      probedAt: expect.any(String),
      modelName: 'fake-large',
      firstTokenMs: expect.any(Number),
      contextTokens: 32_768,
      modelCount: 1,
    });
    const { lines } = matrix!;
    expect(lineOf(lines, 'chat_completions')).toMatchObject({ support: 'yes', reason: null });
    expect(lineOf(lines, 'responses')).toMatchObject({ support: 'no', reason: expect.stringContaining('404') });
    expect(lineOf(lines, 'parallelTools')).toMatchObject({ support: 'yes' });
    expect(lineOf(lines, 'jsonSchema')).toMatchObject({
      support: 'no',
      reason: expect.stringContaining('does not support JSON schema'),
      meaning: 'Answers cannot be bound to a JSON schema.',
      foundAt: matrix!.probedAt,
    });
  });

  it('is in the ledger, call by call, for no bot and no person, and as no request', async () => {
    const limited = await serve({ dialects: ['chat_completions'] });
    const id = await create(limited);
    const rows = await database.query<Record<string, unknown>[]>(
      'SELECT * FROM usage_ledger WHERE service_id = ? AND usage_type = 4',
      [id],
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows)
      expect(row).toMatchObject({
        turn_id: null,
        bot_id: '',
        user_key: '',
        status: 'settled',
        requests: 0,
        model: 'fake-large',
      });
    const answered = rows.filter(({ outcome }) => outcome !== 'PROVIDER_REQUEST_REJECTED');
    const refused = rows.filter(({ outcome }) => outcome === 'PROVIDER_REQUEST_REJECTED');
    expect(answered.map(({ input_tokens, is_estimated }) => [Number(input_tokens) > 0, is_estimated])).toEqual(
      answered.map(() => [true, 0]),
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens])).toEqual(
      refused.map(() => [0, 0]),
    );
  });

  it('is not in the ledger when it is that of the demo', async () => {
    const demo = (await database.getRepository(OpenAiService).findOneBy({ isDemo: true }))!;
    expect(await probes.probe(demo.id)).toMatchObject({ problem: null });
    expect(await database.query('SELECT id FROM usage_ledger WHERE service_id = ?', [demo.id])).toEqual([]);
  });

  it('keeps what was known when a probe is cut short by a busy or broken service', async () => {
    const id = await create(fake);
    const before = await linesOf(id);
    fake.script((_message, body) => body.text !== undefined, { status: 429 });
    fake.script((_message, body) => JSON.stringify(body).includes('input_image'), { status: 500 });
    expect(await probes.probe(id)).toMatchObject({
      capabilities: { tools: true, jsonSchema: true, images: true },
      problem: null,
    });
    const after = await linesOf(id);
    for (const name of ['jsonSchema', 'images']) expect(lineOf(after, name)).toEqual(lineOf(before, name));
    fake.script('default', { status: 429 });
    fake.script(() => true, { status: 429 });
    expect(await probes.probe(id)).toMatchObject({ problem: { code: 'PROVIDER_RATE_LIMITED' } });
    expect(await linesOf(id)).toEqual(after);
    expect(await supportOf(id, 'tools')).toBe('yes');
  });

  it('believes a service that refuses what it accepted before', async () => {
    const id = await create(fake);
    fake.script((_message, body) => body.text !== undefined, { status: 400 });
    expect(await probes.probe(id)).toMatchObject({ capabilities: { jsonSchema: false } });
    expect(await supportOf(id, 'jsonSchema')).toBe('no');
  });

  it('is read from what versions without a matrix have stored', async () => {
    const id = await create(fake);
    await database.getRepository(ServiceProbe).delete({ serviceId: id });
    const capabilities = { streaming: true, streamingUsage: true, tools: false, jsonSchema: true, images: false };
    await database.getRepository(OpenAiService).update({ id }, { capabilities });
    const { matrix } = await statuses.get(id);
    expect(matrix).toMatchObject({ probedAt: null, modelName: null });
    const supports = matrix!.lines.map(({ name, support }) => [name, support]);
    expect(Object.fromEntries(supports)).toEqual({
      responses: 'yes',
      chat_completions: 'unknown',
      anthropic_messages: 'unknown',
      streaming: 'yes',
      streamingUsage: 'yes',
      history: 'yes',
      tools: 'no',
      forcedTools: 'unknown',
      parallelTools: 'unknown',
      jsonSchema: 'yes',
      images: 'no',
    });
  });

  it('is read although lines have been added since it was stored', async () => {
    const id = await create(fake);
    const records = database.getRepository(ServiceProbe);
    const { matrix } = await records.findOneByOrFail({ serviceId: id });
    const { images: _, ...capabilities } = matrix.capabilities;
    await records.update({ serviceId: id }, { matrix: { ...matrix, capabilities } });
    expect(lineOf(await linesOf(id), 'images')).toMatchObject({ support: 'unknown', foundAt: null });
    await probes.probe(id);
    expect(await supportOf(id, 'images')).toBe('yes');
  });

  it('starts over with another endpoint', async () => {
    const id = await create(fake);
    const dto = { displayName: 'Fake', isUpdateOpenAi: true, azureOpenAiEndpoint: 'http://127.0.0.1:9/v1' };
    await services.update(id, dto);
    await probes.settled(id);
    const { matrix } = await statuses.get(id);
    expect(matrix?.lines.map(({ support }) => support)).not.toContain('yes');
    expect(matrix).toMatchObject({ modelName: null, modelCount: null });
  });

  it('is renewed in time, and not before, for active services', async () => {
    const id = await create(fake);
    const idle = await create(await serve(), false);
    const probedAt = async (serviceId: string) => (await statuses.get(serviceId)).matrix?.probedAt;
    const [before, idleBefore] = [await probedAt(id), await probedAt(idle)];
    await schedule.probeDue(new Date(Date.now() + 20 * HOUR_MS));
    expect(await probedAt(id)).toBe(before);
    expect(await schedule.probeDue(new Date(Date.now() + 25 * HOUR_MS))).toBeGreaterThanOrEqual(1);
    expect(Date.parse((await probedAt(id))!)).toBeGreaterThan(Date.parse(before!));
    expect(await probedAt(idle)).toBe(idleBefore);
  });

  it('does not change the dialect for a failure that passes, but for a refusal', async () => {
    const id = await create(fake);
    const service = await database.getRepository(OpenAiService).findOneByOrFail({ id });
    const isResponses = (_message: string, body: Record<string, unknown>): boolean => body['input'] !== undefined;
    fake.script(isResponses, { status: 500 });
    await probes.repeat(service);
    expect((await statuses.get(id)).health).toMatchObject({
      dialect: 'responses',
      problem: { code: 'PROVIDER_ERROR' },
    });
    fake.reset();
    fake.script(isResponses, { status: 404 });
    await probes.repeat(service);
    expect((await statuses.get(id)).health).toMatchObject({ dialect: 'chat_completions', problem: null });
  });

  it('is made once a bot names a model of a service that lists none', async () => {
    const silent = await serve({ models: [] });
    const id = await create(silent);
    expect((await statuses.get(id)).health).toMatchObject({ problem: { code: 'PROVIDER_MODEL_NOT_FOUND' } });
    await createBot(server, { openAiServiceId: id, modelName: 'hidden' });
    await eventually(async () => (await statuses.get(id)).matrix?.modelName === 'hidden');
    expect((await statuses.get(id)).health).toMatchObject({ dialect: 'responses', problem: null });
  });
});
