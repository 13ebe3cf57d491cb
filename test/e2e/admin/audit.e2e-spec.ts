import { ACCESS_LEVEL, AUDITED } from '@app/common';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';

interface Entry {
  actor: string;
  action: string;
  target: string;
  createdUtc: string;
  data: Record<string, unknown>;
}

/** What changes nothing that an administrator would ask about later. */
const NOT_AUDITED = ['probeOpenAiService', 'updateBotFeedback'];

describe('the audit log', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start();
  });
  afterAll(() => server.stop());

  const entries = async (search = ''): Promise<Entry[]> => {
    const path = `/api/admin/audit?PageSize=200&SearchFor=${encodeURIComponent(search)}`;
    return (await server.asAdmin<{ items: Entry[] }>('GET', path)).body.items;
  };
  const ok = async <Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await server.asAdmin<Body>(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  it('hears of every handler that changes something in administration', () => {
    const silent: string[] = [];
    let seen = 0;
    for (const module of server.app.app.get(ModulesContainer).values()) {
      for (const { metatype } of module.controllers.values()) {
        const prototype = (metatype as { prototype: Record<string, object> }).prototype;
        const base = String(Reflect.getMetadata(PATH_METADATA, metatype as object));
        for (const name of Object.getOwnPropertyNames(prototype)) {
          const handler = prototype[name]!;
          const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
          if (method === undefined || method === RequestMethod.GET) continue;
          const path = `${base}/${String(Reflect.getMetadata(PATH_METADATA, handler))}`;
          if (!path.startsWith('api/admin')) continue;
          expect(
            Reflect.getMetadata(ACCESS_LEVEL, handler) ?? Reflect.getMetadata(ACCESS_LEVEL, metatype as object),
          ).toBeDefined();
          seen++;
          if (Reflect.getMetadata(AUDITED, handler) === undefined) silent.push(name);
        }
      }
    }
    expect(seen).toBeGreaterThan(25);
    expect(silent.toSorted()).toEqual(NOT_AUDITED);
  });

  it('says who did what on what, and never what was sent', async () => {
    const secrets = ['sk-very-secret-key', 'A system message of ours'];
    const user = await ok('POST', '/api/admin/users', { login: 'audited', roles: ['user'] });
    const userPath = `/api/admin/users/${String(user['userId'])}`;
    await ok('PUT', userPath, { displayName: 'Renamed' });
    await ok('PUT', userPath, { roles: ['agent'] });
    const key = await ok('POST', `${userPath}/apiKeys`, { name: 'test' });
    secrets.push(String(key['key']));
    await ok('DELETE', `${userPath}/apiKeys/${String(key['apiKeyId'])}`);
    await ok('DELETE', userPath);
    const service = { displayName: 'Ours', isActive: true, azureOpenAiEndpoint: server.provider.baseUrl };
    const serviceId = await ok<string>('POST', '/api/admin/openAiServices', {
      ...service,
      azureOpenAiApiKey: secrets[0],
    });
    const servicePath = `/api/admin/openAiServices/${serviceId}`;
    await ok('PUT', servicePath, { displayName: 'Theirs', isActive: true });
    await ok('PUT', servicePath, { ...service, isUpdateOpenAi: true, azureOpenAiApiKey: secrets[0] });
    await ok('DELETE', servicePath);
    const bot = { displayNameTv: { value: 'Bot', valueDe: '' }, isActive: true };
    const { botId } = await ok('POST', '/api/admin/bots', bot);
    await ok('PUT', `/api/admin/bots/${String(botId)}`, { baseSystemMessage: secrets[1] });
    await ok('DELETE', `/api/admin/bots/${String(botId)}`);
    await ok('PUT', '/api/admin/bots/stop/True');
    await ok('PUT', '/api/admin/bots/stop/false');

    const written = (await entries()).toReversed();
    expect(written.map(({ action, target }) => `${action} ${target}`)).toEqual([
      `user.created user:${String(user['userId'])}`,
      `user.updated user:${String(user['userId'])}`,
      `user.roles_changed user:${String(user['userId'])}`,
      `apiKey.created apiKey:${String(key['apiKeyId'])}`,
      `apiKey.revoked apiKey:${String(key['apiKeyId'])}`,
      `user.deleted user:${String(user['userId'])}`,
      `service.created service:${serviceId}`,
      `service.updated service:${serviceId}`,
      `service.connection_changed service:${serviceId}`,
      `service.deleted service:${serviceId}`,
      `bot.created bot:${String(botId)}`,
      `bot.updated bot:${String(botId)}`,
      `bot.deleted bot:${String(botId)}`,
      'bots.stopped bots',
      'bots.released bots',
    ]);
    for (const { actor, data } of written) {
      expect(actor).toMatch(/^user:\d+$/);
      expect(data['login']).toEqual(expect.any(String));
    }
    expect(written[3]!.data).toMatchObject({ userId: String(user['userId']), fields: ['name'] });
    const text = JSON.stringify(written);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('has takeovers in it, pages and searches', async () => {
    const chatId = await server.createChat();
    await ok('POST', `/api/takeover/chats/${chatId}/claim`, {});
    expect(await entries(`chat:${chatId}`)).toMatchObject([{ action: 'ownership.claim', target: `chat:${chatId}` }]);
    const { body } = await server.asAdmin('GET', '/api/admin/audit?PageSize=2&PageNumber=2&OrderBy=action');
    expect(body).toMatchObject({ pageNumber: 2, pageSize: 2, hasPrevious: true, items: [{}, {}] });
    expect((await server.asAdmin('GET', '/api/admin/audit?PageSize=0')).status).toBe(400);
  });

  it('tells of what has happened, once', async () => {
    const count = async (): Promise<number> => (await entries()).length;
    const before = await count();
    expect((await server.asAdmin('POST', '/api/admin/users', { login: '' })).status).toBe(400);
    expect((await server.asAdmin('DELETE', '/api/admin/users/999999')).status).toBe(404);
    expect((await server.call('DELETE', '/api/admin/users/1')).status).toBe(401);
    expect(await count()).toBe(before);
    const headers = { 'idempotency-key': 'once', authorization: `Bearer ${ADMIN_KEY}` };
    for (let i = 0; i < 2; i++) {
      const { status } = await server.call('POST', '/api/admin/users', { login: 'once', roles: [] }, headers);
      expect(status).toBe(200);
    }
    expect(await count()).toBe(before + 1);
  });

  it('does not fail requests when it cannot be written', async () => {
    const database = server.app.app.get<DataSource>(getDataSourceToken(), { strict: false });
    await database.query('DROP TABLE audit_log');
    expect((await server.asAdmin('PUT', '/api/System/status/current', { value: 'Hi' })).status).toBe(200);
  });
});
