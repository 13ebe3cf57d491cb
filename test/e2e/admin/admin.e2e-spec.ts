import { ChatServer } from '../../support/chat-server.js';
import type { Answer } from '../../support/http-client.js';

type Body = Record<string, unknown>;

describe('services over HTTP', () => {
  let server: ChatServer;
  beforeAll(async () => (server = await ChatServer.start()), 60_000);
  afterAll(() => server.stop());

  const admin = (method: string, path: string, body?: unknown): Promise<Answer<Body>> =>
    server.asAdmin(method, path, body);
  const create = async (changes: Body = {}): Promise<string> => {
    const { status, body } = await server.asAdmin<string>('POST', '/api/admin/openAiServices', {
      displayName: 'Fake',
      isActive: true,
      azureOpenAiEndpoint: server.provider.baseUrl,
      azureOpenAiApiKey: 'sk-secret',
      ...changes,
    });
    expect([status, typeof body]).toEqual([200, 'string']);
    return body;
  };
  const nothing = (answer: Answer<unknown>): void =>
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: {} });
  const problem = (answer: Answer<Body>, status: number, code: string): void => {
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
  };

  it('creates, reads, changes, lists and deletes a service, without ever showing its key', async () => {
    const id = await create({ displayName: ' Mine ' });
    const path = `/api/admin/openAiServices/${id}`;
    const mine = {
      displayName: 'Mine',
      isActive: true,
      isAzureOpenAiSet: true,
      azureOpenAiEndpoint: server.provider.baseUrl,
    };
    expect((await admin('GET', path)).body).toEqual(mine);
    nothing(await admin('PUT', path, { displayName: 'Other', isActive: false, isUpdateOpenAi: false }));
    expect((await admin('GET', path)).body).toEqual({ ...mine, displayName: 'Other', isActive: false });
    expect((await admin('GET', '/api/admin/openAiServices?SearchFor=other')).body).toEqual({
      pageNumber: 1,
      totalPageCount: 1,
      pageSize: 20,
      totalItemCount: 1,
      hasPrevious: false,
      hasNext: false,
      items: [{ id, displayName: 'Other', isActive: false }],
    });
    nothing(await admin('DELETE', `/api/admin/openAiService/${id}`));
    problem(await admin('GET', path), 404, 'NOT_FOUND');
    problem(await admin('DELETE', `/api/admin/openAiService/${id}`), 404, 'NOT_FOUND');
  });

  it('deletes by the plural path too', async () => {
    nothing(await admin('DELETE', `/api/admin/openAiServices/${await create()}`));
  });

  it('keeps a service in use and names the bots', async () => {
    const { body } = await admin('GET', '/api/admin/openAiServices?SearchFor=OpenAI');
    const [{ id }] = body['items'] as [{ id: string }];
    const answer = await admin('DELETE', `/api/admin/openAiService/${id}`);
    problem(answer, 409, 'SERVICE_IN_USE');
    expect(answer.body['detail']).toContain('Welcome');
  });

  it('shows and sets what is chosen for a service, and which one is the default', async () => {
    const id = await create({ dialect: 'chat_completions', modelName: ' fake-large ' });
    const path = `/api/admin/openAiServices/${id}`;
    const chosen = { isDefault: false, isDemo: false, dialect: 'chat_completions', modelName: 'fake-large' };
    await admin('POST', `${path}/probe`);
    expect((await admin('GET', `${path}/status`)).body).toMatchObject({
      ...chosen,
      keyStatus: 'ok',
      health: { dialect: 'chat_completions', problem: null },
    });
    nothing(await admin('PUT', path, { displayName: 'Fake' }));
    expect((await admin('GET', `${path}/status`)).body).toMatchObject(chosen);
    nothing(await admin('PUT', path, { displayName: 'Fake', dialect: 'auto' }));
    await admin('POST', `${path}/probe`);
    const { body } = await admin('GET', `${path}/status`);
    expect(body).toMatchObject({ dialect: 'auto', health: { dialect: 'responses' } });
    nothing(await admin('PUT', `${path}/default`));
    expect((await admin('GET', `${path}/status`)).body).toMatchObject({ isDefault: true });
    problem(await admin('DELETE', `/api/admin/openAiService/${id}`), 409, 'SERVICE_IN_USE');
    problem(await admin('PUT', path, { displayName: 'Fake', isActive: false }), 409, 'SERVICE_IN_USE');
    nothing(await admin('DELETE', `${path}/default`));
    nothing(await admin('DELETE', `/api/admin/openAiService/${id}`));
  });

  it('says so when a change would be ignored, and removes blanks around keys', async () => {
    const path = `/api/admin/openAiServices/${await create({ azureOpenAiApiKey: ' sk-pasted\r\n' })}`;
    await admin('POST', `${path}/probe`);
    const put = (changes: Body): Promise<Answer<Body>> => admin('PUT', path, { displayName: 'Fake', ...changes });
    const endpoint = { azureOpenAiEndpoint: `${server.provider.baseUrl}/` };
    const other = { azureOpenAiEndpoint: 'http://localhost:9' };
    const key = { azureOpenAiApiKey: 'sk-new' };
    const answers = [await put(key), await put(other), await put(endpoint), await put({ azureOpenAiApiKey: '' })];
    answers.push(await put({ ...key, isUpdateOpenAi: true }));
    answers.forEach(nothing);
    const ignored = '299 - "Endpoint and key were not changed: that needs isUpdateOpenAi"';
    expect(answers.map(({ headers }) => headers.get('warning'))).toEqual([ignored, ignored, null, null, null]);
    expect((await admin('GET', path)).body).toMatchObject({ azureOpenAiEndpoint: server.provider.baseUrl });
    await admin('POST', `${path}/probe`);
    const keys = new Set(server.provider.journal.requests.map(({ headers }) => headers['authorization']));
    expect([...keys]).toEqual(expect.arrayContaining(['Bearer sk-pasted', 'Bearer sk-new']));
    await admin('DELETE', path);
  });

  it('probes, lists models and knows prices', async () => {
    const path = `/api/admin/openAiServices/${await create()}`;
    expect((await admin('POST', `${path}/probe`)).body).toEqual({
      checkedAt: expect.stringMatching(/Z$/) as unknown,
      reachable: true,
      latencyMs: expect.any(Number) as unknown,
      dialect: 'responses',
      capabilities: { streaming: true, streamingUsage: true, tools: true, jsonSchema: true, images: true },
      problem: null,
      matrix: expect.objectContaining({ modelName: 'fake-large', modelCount: 2, contextTokens: null }) as unknown,
    });
    const { matrix } = (await admin('GET', `${path}/status`)).body as { matrix?: { lines: unknown[] } };
    expect(matrix?.lines).toContainEqual(expect.objectContaining({ name: 'jsonSchema', support: 'yes', reason: null }));
    const { body } = await admin('GET', `${path}/models`);
    expect(body['models']).toContainEqual({
      id: 'fake-large',
      shutdownDate: null,
      replacedBy: null,
      contextTokens: null,
    });
    const prices = { prices: [{ model: 'fake-large', inputNano: 250, cachedNano: 25, outputNano: 2000 }] };
    nothing(await admin('PUT', `${path}/prices`, prices));
    expect((await admin('GET', `${path}/prices`)).body).toEqual(prices);
    problem(
      await admin('PUT', `${path}/prices`, { prices: [prices.prices[0], prices.prices[0]] }),
      400,
      'VALIDATION_FAILED',
    );
    problem(
      await admin('PUT', `${path}/prices`, { prices: [{ model: 'x', inputNano: -1 }] }),
      400,
      'VALIDATION_FAILED',
    );
    problem(await admin('PUT', `${path}/prices`, { prices: [null] }), 400, 'VALIDATION_FAILED');
  });

  it('says what is wrong with a service that cannot be reached', async () => {
    const path = `/api/admin/openAiServices/${await create({ azureOpenAiEndpoint: 'http://127.0.0.1:9' })}`;
    expect((await admin('POST', `${path}/probe`)).body).toMatchObject({
      reachable: false,
      problem: { code: 'PROVIDER_UNREACHABLE' },
    });
    problem(await admin('GET', `${path}/models`), 502, 'PROVIDER_UNREACHABLE');
    const answers = JSON.stringify([await admin('GET', path), await admin('POST', `${path}/probe`)]);
    expect(answers).not.toContain('sk-secret');
  });

  it('empties the cache', async () => nothing(await admin('DELETE', '/cache')));

  it('is closed to everybody else', async () => {
    problem(await server.call('GET', '/api/admin/openAiServices'), 401, 'UNAUTHENTICATED');
    problem(await server.call('DELETE', '/cache'), 401, 'UNAUTHENTICATED');
  });

  it.each([
    [{ displayName: undefined }, 'displayName'],
    [{ displayName: ' ' }, 'displayName'],
    [{ displayName: 'x'.repeat(201) }, 'displayName'],
    [{ isActive: 'true' }, 'isActive'],
    [{ azureOpenAiEndpoint: 'ftp://x' }, 'azureOpenAiEndpoint'],
    [{ azureOpenAiEndpoint: 5 }, 'azureOpenAiEndpoint'],
    [{ azureOpenAiApiKey: 'two words' }, 'azureOpenAiApiKey'],
    [{ azureOpenAiApiKey: 'sk-1\nsk-2' }, 'azureOpenAiApiKey'],
    [{ azureOpenAiApiKey: 'x'.repeat(4001) }, 'azureOpenAiApiKey'],
    [{ azureOpenAiEndpoint: '' }, 'azureOpenAiEndpoint'],
    [{ azureOpenAiEndpoint: 'https://user:secret@x.example/v1' }, 'azureOpenAiEndpoint'],
    [{ dialect: 'morse' }, 'dialect'],
    [{ modelName: 'x'.repeat(201) }, 'modelName'],
    [{ isDemo: true }, 'isDemo'],
  ])('refuses %j', async (change, path) => {
    const answer = await admin('POST', '/api/admin/openAiServices', {
      displayName: 'x',
      azureOpenAiEndpoint: server.provider.baseUrl,
      azureOpenAiApiKey: 'sk-1',
      ...change,
    });
    problem(answer, 400, 'VALIDATION_FAILED');
    expect((answer.body['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
  });
});
