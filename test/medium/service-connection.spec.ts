import { OpenAiService } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { OpenAiProvider } from '@app/openai';
import { startTestApp, type TestApp } from '../support/app.js';
import { bearer, HttpClient } from '../support/http-client.js';
import { RawService, said } from '../support/raw-service.js';
import { ENGINES, KEY, reach } from './bots.support.js';

const SECRETS = ['open-sesame-of-the-gateway', 'friend-of-the-team', 'secret-of-the-application'] as const;
const [GATEWAY, TEAM, CLIENT] = SECRETS;

describe.each(ENGINES)('the connection of a service on $engine', ({ settings }) => {
  let server: TestApp;
  let http: HttpClient;
  let services: OpenAiServicesService;
  const model = new RawService(({ path }) => {
    if (path.startsWith('/models')) return { body: { data: [{ id: 'm' }] } };
    return path.includes('/chat/completions') ? said('Hi') : { status: 404, body: {} };
  });
  const login = new RawService(() => ({ body: { access_token: 'token-of-entra', expires_in: 3600 } }));

  beforeAll(async () => {
    await Promise.all([model.start(), login.start()]);
    server = await startTestApp({ ...settings, ...KEY });
    http = new HttpClient(server.url);
    services = reach(server, OpenAiServicesService);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([model.stop(), login.stop()]);
  });

  const create = (more: object = {}): Promise<string> =>
    services.create({
      displayName: 'Raw',
      isActive: true,
      azureOpenAiEndpoint: model.baseUrl,
      dialect: 'chat_completions',
      ...more,
    });
  const call = (method: string, id: string, body?: unknown, what = '/connection') =>
    http.call<{ errors: { path: string }[]; code: string; keyStatus: string }>(
      method,
      `/api/admin/openAiServices/${id}${what}`,
      body,
      bearer(KEY.ADMIN_API_KEY),
    );
  const rowOf = (id: string): Promise<OpenAiService> =>
    reach<DataSource>(server, getDataSourceToken()).getRepository(OpenAiService).findOneByOrFail({ id });
  const fields = () => ({
    headers: [
      { name: 'HTTP-Referer', value: 'https://shop.example' },
      { name: 'X-Gateway-Key', value: GATEWAY },
    ],
    query: [
      { name: 'team', value: 'red' },
      { name: 'access_token', value: TEAM },
    ],
  });
  const entra = () => ({
    tenantId: 'tenant',
    clientId: 'client',
    clientSecret: CLIENT,
    loginUrl: `${new URL(login.baseUrl).origin}/`,
  });

  it('reaches the service, and shows no secret', async () => {
    const id = await create();
    expect((await call('GET', id)).body).toEqual({ headers: [], query: [], entra: null });
    expect((await call('PUT', id, { ...fields(), entra: entra() })).status).toBe(200);
    const shown = await call('GET', id);
    expect(shown.body).toEqual({
      headers: [
        { name: 'HTTP-Referer', value: 'https://shop.example' },
        { name: 'X-Gateway-Key', value: '********' },
      ],
      query: [
        { name: 'team', value: 'red' },
        { name: 'access_token', value: '********' },
      ],
      entra: {
        tenantId: 'tenant',
        clientId: 'client',
        isClientSecretSet: true,
        loginUrl: new URL(login.baseUrl).origin,
        scope: 'https://cognitiveservices.azure.com/.default',
      },
    });
    expect((await call('GET', id, undefined, '/status')).body).toMatchObject({ keyStatus: 'ok' });
    const stored = JSON.stringify(await rowOf(id));
    for (const secret of SECRETS) expect(stored + JSON.stringify(shown)).not.toContain(secret);

    const { connection } = await services.getTarget(id);
    const request = {
      connection,
      model: 'm',
      instructions: '',
      items: [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    const provider = reach<OpenAiProvider>(server, OpenAiProvider);
    for await (const event of provider.stream(request, new AbortController().signal)) if (event.type === 'done') break;
    expect(model.calls.at(-1)).toMatchObject({
      path: `/chat/completions?team=red&access_token=${TEAM}`,
      headers: {
        'http-referer': 'https://shop.example',
        'x-gateway-key': GATEWAY,
        authorization: 'Bearer token-of-entra',
      },
    });
    expect(login.calls.at(-1)!.text).toContain(`client_secret=${CLIENT}`);
  });

  it('keeps what is not sent, and what is sent as it was shown', async () => {
    const id = await create();
    await call('PUT', id, { ...fields(), entra: entra() });
    const { clientSecret: _secret, ...known } = entra();
    await call('PUT', id, {
      headers: [
        { name: 'x-gateway-key', value: '********' },
        { name: 'X-Title', value: 'Shop' },
      ],
      entra: { ...known, scope: 'api://models/.default' },
    });
    expect((await services.getTarget(id)).connection).toMatchObject({
      headers: { 'x-gateway-key': GATEWAY, 'x-title': 'Shop' },
      query: { team: 'red', access_token: TEAM },
      entra: { clientSecret: CLIENT, scope: 'api://models/.default' },
    });
    await call('PUT', id, { headers: [], query: null, entra: null });
    expect((await call('GET', id)).body).toEqual({ headers: [], query: [], entra: null });
  });

  it('loses its secrets with the origin that they were entered for', async () => {
    const id = await create();
    await call('PUT', id, { ...fields(), entra: entra() });
    await services.update(id, {
      displayName: 'Raw',
      isUpdateOpenAi: true,
      azureOpenAiEndpoint: model.baseUrl.replace('127.0.0.1', 'localhost'),
    });
    expect((await call('GET', id)).body).toEqual({
      headers: [{ name: 'HTTP-Referer', value: 'https://shop.example' }],
      query: [{ name: 'team', value: 'red' }],
      entra: null,
    });
    const { clientSecret: _secret, ...known } = entra();
    expect((await call('PUT', id, { entra: known })).body.errors).toMatchObject([{ path: 'entra.clientSecret' }]);
  });

  it.each<[string, object]>([
    ['headers.0.name', { headers: [{ name: 'Host', value: 'a' }] }],
    ['headers.0.name', { headers: [{ name: 'content-length', value: '1' }] }],
    ['headers.0.name', { headers: [{ name: 'Proxy-Authorization', value: 'a' }] }],
    ['headers.0.name', { headers: [{ name: 'a b', value: 'a' }] }],
    ['headers.0.value', { headers: [{ name: 'a', value: 'b\r\nc: d' }] }],
    ['headers.0.value', { headers: [{ name: 'a' }] }],
    [
      'headers',
      {
        headers: [
          { name: 'a', value: 'b' },
          { name: 'A', value: 'c' },
        ],
      },
    ],
    ['headers', { headers: 'a: b' }],
    ['headers.0', { headers: [null] }],
    [
      'query.1.value',
      {
        query: [
          { name: 'a', value: 'b' },
          { name: 'c', value: '********' },
        ],
      },
    ],
    ['query.0.name', { query: [{ name: 'a&b', value: 'b' }] }],
    ['entra.clientSecret', { entra: { tenantId: 't', clientId: 'c' } }],
    ['entra.tenantId', { entra: { tenantId: '../t', clientId: 'c', clientSecret: 's' } }],
    [
      'entra.loginUrl',
      { entra: { tenantId: 't', clientId: 'c', clientSecret: 's', loginUrl: 'http://login.example' } },
    ],
    [
      'entra.loginUrl',
      { entra: { tenantId: 't', clientId: 'c', clientSecret: 's', loginUrl: 'https://a:b@login.example' } },
    ],
  ])('names %s when it is wrong: %j', async (path, body) => {
    const id = await create();
    const { status, body: problem } = await call('PUT', id, body);
    expect([status, problem.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(problem.errors[0]!.path).toContain(path);
    expect((await call('GET', id)).body).toEqual({ headers: [], query: [], entra: null });
  });

  it('needs an endpoint', async () => {
    const id = await create({ azureOpenAiEndpoint: null });
    expect(await call('PUT', id, fields())).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('is asked for the deployment that an older Azure address names', async () => {
    const { origin } = new URL(model.baseUrl);
    const azureOpenAiEndpoint = `${origin}/openai/deployments/my-model/chat/completions?api-version=2024-10-21`;
    const id = await create({ azureOpenAiEndpoint, azureOpenAiApiKey: 'key-of-azure', dialect: 'auto' });
    const { connection, defaultModel } = await services.getTarget(id);
    expect([defaultModel, connection]).toMatchObject([
      'my-model',
      { baseUrl: `${origin}/openai/deployments?api-version=2024-10-21`, isAzure: true, dialect: 'chat_completions' },
    ]);
    expect(model.calls.at(-1)).toMatchObject({
      path: expect.stringMatching(/^\/openai\/deployments\/my-model\/.*\?api-version=2024-10-21$/) as unknown,
      headers: { 'api-key': 'key-of-azure' },
    });
  });
});
