import { CatalogueClient } from '../../support/catalogue-client.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { LiveRoutes, shapeOfOperation, shapeOfRoute } from './live-routes.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';
import { ACCESS_TABLE } from './authorisation-table.js';
import { ApiKey } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

const ADMIN_KEY = 'authorisation-admin-key-of-32-characters';
/** The owner comes last, so that what belongs to the owner still exists while the others try. */
const CALLERS = ['anonymous', 'visitor', 'expired', 'deleted', 'other', 'agent', 'admin', 'user'] as const;
type Caller = (typeof CALLERS)[number];
type Ids = Record<string, string>;

describe('every route, for everybody', () => {
  const validator = new OpenApiValidator();
  const routes = new LiveRoutes();
  const tokens: Partial<Record<Caller, string>> = { admin: ADMIN_KEY };
  let provider: FakeProvider;
  let server: TestApp;
  let admin: CatalogueClient;
  let user: CatalogueClient;
  let codes = 0;

  const createAccount = async (login: string, roles: string[]): Promise<{ userId: number; key: string }> => {
    const { userId } = await admin.call<{ userId: number }>('createUser', { body: { login, roles } });
    const { key } = await admin.call<Ids>('createUserApiKey', { path: { userId } });
    return { userId, key: key! };
  };
  const createBot = async (): Promise<string> => {
    const bot = { code: `bot-${++codes}`, isPublic: false, userLogins: '', adminLogins: '', contributorLogins: '' };
    return (await admin.call<Ids>('createBot', { body: { ...bot, openAiServiceId: null } }))['botId']!;
  };

  beforeAll(async () => {
    provider = new FakeProvider();
    await provider.start();
    const settings = { OPENAI_BASE_URL: provider.baseUrl, OPENAI_API_KEY: 'sk-fake', OPENAI_MODEL: 'fake-large' };
    server = await startTestApp({ ...settings, ADMIN_API_KEY: ADMIN_KEY }, { prepare: routes.collect });
    admin = new CatalogueClient(validator, server.url, ADMIN_KEY);
    const accounts = {
      user: await createAccount('owner', ['user']),
      other: await createAccount('other', ['user']),
      agent: await createAccount('agent', ['agent']),
      expired: await createAccount('expired', ['admin']),
      deleted: await createAccount('deleted', ['admin']),
    };
    for (const [caller, { key }] of Object.entries(accounts)) tokens[caller as Caller] = key;
    tokens.visitor = (await admin.call<Ids>('openWidgetSession', { path: { botCode: 'welcome' }, body: {} }))['token'];
    user = new CatalogueClient(validator, server.url, accounts.user.key);
    const database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
    await database
      .getRepository(ApiKey)
      .update({ userId: accounts.expired.userId }, { expiresAt: new Date(Date.now() - 1000) });
    await admin.call('deleteUser', { path: { userId: accounts.deleted.userId } });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });

  /** Something that exists for each parameter that the row needs to exist. */
  const resourcesFor = async (route: string, access: string): Promise<Ids> => {
    const ids: Ids = { isStopAllBots: 'false', keepFavorites: 'true', userId: '999999' };
    if (access === 'manager' || route === 'DELETE /api/admin/bots/:botId') ids['botId'] = await createBot();
    if (access === 'manager' && route.includes(':startBotId')) {
      const startBot = { code: `start-${++codes}`, isStartBot: true, implementationType: 'StartBot' };
      const bot = { ...startBot, openAiServiceId: null, userLogins: '', adminLogins: '', contributorLogins: '' };
      ids['startBotId'] = (await admin.call<Ids>('createBot', { body: bot }))['botId']!;
      const path = { startBotId: ids['startBotId'], botId: ids['botId']! };
      if (!route.startsWith('POST')) await admin.call('createStartBotBot', { path });
    }
    if (!['customer', 'owner'].includes(access)) return ids;
    ids['userSystemMessageId'] = await user.call<string>('createUserSystemMessage');
    if (route.includes(':apiKeyId')) ids['apiKeyId'] = (await user.call<Ids>('createApiKey'))['apiKeyId']!;
    if (!route.includes(':chatId')) return ids;
    ids['chatId'] = (await user.call<Ids>('createChatByBotCode', { body: { botCode: 'welcome' } }))['chatId']!;
    if (route.includes(':completionId')) {
      const completion = await user.call<Ids>('createCompletion', { path: { chatId: ids['chatId'] } });
      ids['completionId'] = completion['completionId']!;
    }
    if (route === 'DELETE /api/chats/:chatId/downloads/*') {
      const path = { chatId: ids['chatId'], path: 'nothing.txt' };
      await user.call('putChatFile', { path, body: Buffer.from('text'), headers: { 'content-type': 'text/plain' } });
    }
    return ids;
  };

  const bodyOf = (route: string, ids: Ids): { body?: string | Buffer; type?: string } => {
    if (route.endsWith('/image') && route.startsWith('PUT')) return { body: PIXEL, type: 'image/png' };
    if (route.startsWith('PUT') && route.endsWith('*')) return { body: Buffer.from('text'), type: 'text/plain' };
    const operation = validator.operations.find((known) => shapeOfOperation(known) === shapeOfRoute(route));
    const example = operation && validator.exampleBody(operation.id);
    if (example === undefined) return {};
    const named = { ...example, ...('code' in example && { code: `bot-${++codes}` }), expectedEpoch: undefined };
    if ('azureOpenAiEndpoint' in named) Object.assign(named, { azureOpenAiEndpoint: provider.baseUrl });
    if ('openAiServiceId' in named) Object.assign(named, { openAiServiceId: null });
    if ('userSystemMessageId' in named) Object.assign(named, { userSystemMessageId: ids['userSystemMessageId'] });
    return { body: JSON.stringify(named), type: 'application/json' };
  };

  const send = async (route: string, caller: Caller, ids: Ids): Promise<number> => {
    const [method, path] = route.split(' ') as [string, string];
    const url = path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? 'nowhere').replace('*', 'nothing.txt');
    const { body, type } = bodyOf(route, ids);
    const token = tokens[caller];
    const response = await fetch(server.url + url, {
      method,
      headers: { ...(type && { 'content-type': type }), ...(token && { authorization: `Bearer ${token}` }) },
      body,
    });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) await response.body?.cancel();
    else await response.arrayBuffer();
    return response.status;
  };

  const rows = Object.entries(ACCESS_TABLE);
  it.each(rows)('%s: %s', async (route, row) => {
    const [, access = '', status = '', agents, admins = agents] = ROW.exec(row) ?? [];
    let ids = await resourcesFor(route, access);
    const answers: Partial<Record<Caller, number>> = {};
    for (const caller of CALLERS) {
      answers[caller] = await send(route, caller, ids);
      // Agents change what they are let into.
      if (agents !== undefined) ids = await resourcesFor(route, access);
    }
    const staff = agents === undefined ? {} : { agent: Number(agents), admin: Number(admins) };
    expect(answers).toEqual(expected(access, Number(status), staff));
    const operation = validator.operations.find((known) => shapeOfOperation(known) === shapeOfRoute(route));
    const undocumented = Object.values(answers).filter((answer) => !validator.documents(operation?.id ?? '', answer));
    expect(operation === undefined ? [] : undocumented).toEqual([]);
  });

  it('has a row here, and no row is without its route', () => {
    expect([...routes.names].toSorted()).toEqual(Object.keys(ACCESS_TABLE).toSorted());
  });

  it('is in the OpenAPI document, except the documentation itself and the inner pages of the console', () => {
    const served = [...routes.names]
      .filter((route) => !/^GET \/(docs|openapi|console\/\*)/.test(route))
      .map(shapeOfRoute);
    const documented = validator.operations.map(shapeOfOperation);
    expect(served.toSorted()).toEqual(documented.toSorted());
    expect(served).toHaveLength(documented.length);
  });
});

const ROW = /^(\w+) (\d+)(?: agents (\d+))?(?: admins (\d+))?$/;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function expected(access: string, status: number, staff: Partial<Record<Caller, number>>): Record<Caller, number> {
  const forAll = (answer: number): Record<Caller, number> => ({
    anonymous: answer,
    visitor: answer,
    user: answer,
    other: answer,
    agent: answer,
    admin: answer,
    expired: answer,
    deleted: answer,
  });
  const bad = { expired: 401, deleted: 401 };
  switch (access) {
    case 'open':
      return forAll(status);
    case 'anonymous':
      return { ...forAll(status), ...bad };
    case 'user':
      return { ...forAll(status), ...bad, anonymous: 401, visitor: 403 };
    case 'agent':
      return { ...forAll(403), ...bad, anonymous: 401, agent: status, admin: status };
    case 'admin':
      return { ...forAll(403), ...bad, anonymous: 401, admin: status };
    case 'manager':
      return { ...forAll(404), ...bad, anonymous: 401, visitor: 403, admin: status };
    case 'customer':
      return { ...forAll(404), ...bad, user: status, ...staff };
    case 'owner':
      return { ...forAll(404), ...bad, anonymous: 401, visitor: 403, user: status, ...staff };
    default:
      throw new Error(`Unknown access "${access}".`);
  }
}
