import { Access, Caller, type Principal } from '@app/common';
import { ApiKey, User } from '@app/database';
import { Controller, Get } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { generateKeyPair } from 'jose';
import type { DataSource } from 'typeorm';
import { startTestApp, type TestApp } from '../../support/app.js';
import { HttpClient } from '../../support/http-client.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';

const ADMIN_KEY = 'administrator-of-the-tests-0123456789';

@Controller('probe')
class ProbeController {
  @Get('anonymous')
  @Access('anonymous')
  probeAnonymous(@Caller() caller: Principal): Principal {
    return caller;
  }

  @Get('user')
  @Access('user')
  probeUser(@Caller() caller: Principal): Principal {
    return caller;
  }

  @Get('agent')
  @Access('agent')
  probeAgent(): string {
    return 'agent';
  }

  @Get('admin')
  @Access('admin')
  probeAdmin(): string {
    return 'admin';
  }

  @Get('unmarked')
  probeUnmarked(): string {
    return 'hidden from all callers';
  }
}

interface Answer {
  status: number;
  challenge: string | null;
  body: Record<string, unknown>;
}

describe('who is calling', () => {
  let server: TestApp;
  let issuer: OidcIssuer;
  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    server = await startTestApp(
      { ADMIN_API_KEY: ADMIN_KEY, ...issuer.settings, OIDC_ROLES_CLAIM: 'realm_access.roles' },
      { controllers: [ProbeController] },
    );
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const send = async (authorization: string | null, path: string, method = 'GET', sent?: object): Promise<Answer> => {
    const client = new HttpClient(server.url, authorization === null ? {} : { authorization });
    const { status, headers, body } = await client.call(method, path, sent);
    return { status, challenge: headers.get('www-authenticate'), body };
  };
  const get = (token: string | null, path: string) => send(token === null ? null : `Bearer ${token}`, path);
  const asAdmin = (method: string, path: string, body?: object) => send(`Bearer ${ADMIN_KEY}`, path, method, body);
  let made = 0;
  const newCaller = async (...roles: string[]): Promise<{ userId: number; apiKeyId: string; key: string }> => {
    const user = await asAdmin('POST', '/api/admin/users', { login: `caller-${++made}`, roles });
    const userId = user.body['userId'] as number;
    const key = await asAdmin('POST', `/api/admin/users/${userId}/apiKeys`, { name: 'test' });
    return { userId, apiKeyId: key.body['apiKeyId'] as string, key: key.body['key'] as string };
  };
  const expectInvalid = ({ status, challenge, body }: Answer): void => {
    expect({ status, challenge, code: body['code'] }).toEqual({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
      code: 'INVALID_TOKEN',
    });
  };

  describe('levels', () => {
    const table = [
      { caller: 'anonymous', anonymous: 200, user: 401, agent: 401, admin: 401, unmarked: 403 },
      { caller: 'user', anonymous: 200, user: 200, agent: 403, admin: 403, unmarked: 403 },
      { caller: 'agent', anonymous: 200, user: 200, agent: 200, admin: 403, unmarked: 403 },
      { caller: 'admin', anonymous: 200, user: 200, agent: 200, admin: 200, unmarked: 403 },
    ];
    it.each(table)('$caller', async ({ caller, ...expected }) => {
      const key = caller === 'anonymous' ? null : (await newCaller(caller)).key;
      const answers: Record<string, number> = {};
      for (const level of Object.keys(expected)) answers[level] = (await get(key, `/probe/${level}`)).status;
      expect(answers).toEqual(expected);
    });

    it('are refused with a challenge to those who could authenticate', async () => {
      const { body, challenge } = await get(null, '/probe/user');
      expect(body).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
      expect(challenge).toBe('Bearer');
      const refused = await get((await newCaller('user')).key, '/probe/admin');
      expect(refused).toMatchObject({ status: 403, challenge: null, body: { code: 'FORBIDDEN' } });
    });
  });

  describe('API keys', () => {
    it('name their user', async () => {
      const { key, userId } = await newCaller('agent');
      expect((await get(key, '/probe/anonymous')).body).toMatchObject({
        kind: 'user',
        userId,
        roles: ['user', 'agent'],
      });
      expect((await send(`bearer  ${key} `, '/probe/user')).body).toMatchObject({ userId });
    });

    it.each([
      'Basic YTpi',
      'Bearer',
      'bt_abc',
      `Bearer bt_${'x'.repeat(43)}`,
      'Bearer a b',
      'Bearer a.b.c',
      `Bearer ${ADMIN_KEY}x`,
      `Bearer ${ADMIN_KEY.toUpperCase()}`,
      `Bearer ${'k'.repeat(8000)}`,
    ])('that are wrong are never taken for none: %p', async (header) => {
      expectInvalid(await send(header, '/probe/anonymous'));
      expectInvalid(await send(header, '/probe/user'));
    });

    it('work until they are revoked', async () => {
      const { userId, apiKeyId, key } = await newCaller('user');
      expect((await get(key, '/probe/user')).status).toBe(200);
      await asAdmin('DELETE', `/api/admin/users/${userId}/apiKeys/${apiKeyId}`);
      expectInvalid(await get(key, '/probe/user'));
      expectInvalid(await get(key, '/probe/anonymous'));
    });

    it('work until they expire', async () => {
      const { apiKeyId, key } = await newCaller('user');
      const database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
      await database.getRepository(ApiKey).update({ id: apiKeyId }, { expiresAt: new Date(Date.now() - 1) });
      expectInvalid(await get(key, '/probe/user'));
    });

    it('work until their user is deleted', async () => {
      const { userId, key } = await newCaller('admin');
      expect((await get(key, '/probe/admin')).status).toBe(200);
      await asAdmin('DELETE', `/api/admin/users/${userId}`);
      expectInvalid(await get(key, '/probe/anonymous'));
    });

    it('have the roles that their user has now', async () => {
      const { userId, key } = await newCaller('admin');
      expect((await get(key, '/probe/admin')).status).toBe(200);
      await asAdmin('PUT', `/api/admin/users/${userId}`, { roles: ['user'] });
      expect((await get(key, '/probe/admin')).status).toBe(403);
    });
  });

  describe('tokens of the issuer', () => {
    const now = (): number => Math.floor(Date.now() / 1000);

    it('make an account when their subject is seen for the first time', async () => {
      const eve = { sub: 's-1', preferred_username: 'Eve', name: 'Eve E.' };
      const token = await issuer.token({ claims: { ...eve, realm_access: { roles: ['AGENT', 'other'] } } });
      const { body } = await get(token, '/probe/user');
      expect(body).toMatchObject({ login: 'eve', displayName: 'Eve E.', roles: ['user', 'agent'] });
      const later = await issuer.token({ claims: { ...eve, realm_access: { roles: 'user admin' } } });
      expect((await get(later, '/probe/admin')).status).toBe(200);
      expect((await get(token, '/probe/admin')).status).toBe(403);
      const again = await get(later, '/probe/user');
      expect(again.body).toMatchObject({ userId: body['userId'], roles: ['user', 'admin'] });
    });

    it('name their user by login, e-mail or subject', async () => {
      const byMail = { sub: 's-2', preferred_username: undefined, email: 'Bob@Example.com', name: undefined };
      expect((await get(await issuer.token({ claims: byMail }), '/probe/user')).body).toMatchObject({
        login: 'bob@example.com',
        displayName: 'Bob@Example.com',
      });
      const bySubject = { sub: 's-3', preferred_username: '', email: 7 };
      expect((await get(await issuer.token({ claims: bySubject }), '/probe/user')).body).toMatchObject({
        login: 's-3',
      });
    });

    it('may be a little early or late, and be for several audiences', async () => {
      const claims = { exp: now() - 10, nbf: now() + 10, aud: ['other', 'baton'] };
      expect((await get(await issuer.token({ claims }), '/probe/user')).status).toBe(200);
    });

    it('never take over an account that has their login', async () => {
      const answer = await get(
        await issuer.token({ claims: { sub: 's-4', preferred_username: 'ADMIN' } }),
        '/probe/user',
      );
      expectInvalid(answer);
      expect(answer.body['detail']).toBe('The login of this token belongs to another account.');
    });

    const bad: Record<string, () => Promise<string> | string> = {
      'another audience': () => issuer.token({ claims: { aud: 'other' } }),
      'no audience': () => issuer.token({ claims: { aud: undefined } }),
      'another issuer': () => issuer.token({ claims: { iss: 'https://evil.example' } }),
      'no issuer': () => issuer.token({ claims: { iss: undefined } }),
      'an end in the past': () => issuer.token({ claims: { exp: now() - 60 } }),
      'no end': () => issuer.token({ claims: { exp: undefined } }),
      'a beginning in the future': () => issuer.token({ claims: { nbf: now() + 60 } }),
      'no subject': () => issuer.token({ claims: { sub: undefined, preferred_username: 'no-subject' } }),
      'an empty subject': () => issuer.token({ claims: { sub: '', preferred_username: 'no-subject' } }),
      'a blank subject and no login': () => issuer.token({ claims: { sub: ' ', preferred_username: undefined } }),
      'a number for a subject': () => issuer.token({ claims: { sub: 7, preferred_username: 'seven' } }),
      'an endless subject': () => issuer.token({ claims: { sub: 'x'.repeat(500), preferred_username: 'endless' } }),
      'a login that cannot be one': () => issuer.token({ claims: { sub: 's-5', preferred_username: 'a\u0000b' } }),
      'the signature of another key': async () => issuer.token({ key: (await generateKeyPair('RS256')).privateKey }),
      'an unknown key': () => issuer.token({ header: { kid: 'unknown' } }),
      'no signature at all': () => issuer.unsignedToken(),
      'a signature cut off': async () => (await issuer.token()).replace(/[^.]+$/, ''),
      'other claims than were signed': async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        const [, claims] = (await issuer.token({ claims: { sub: 's-6', preferred_username: 's-6' } })).split('.');
        return [header, claims, signature].join('.');
      },
      'the public key as a shared secret': () =>
        issuer.token({ header: { alg: 'HS256' }, key: new TextEncoder().encode(JSON.stringify(issuer.publicJwk)) }),
      'the modulus as a shared secret': () =>
        issuer.token({ header: { alg: 'HS256' }, key: Buffer.from(issuer.publicJwk.n!, 'base64url') }),
    };
    it.each(Object.keys(bad))('are refused with %s', async (name) => {
      const token = await bad[name]!();
      expectInvalid(await get(token, '/probe/user'));
      expectInvalid(await get(token, '/probe/anonymous'));
    });

    it('that were refused have left no account behind', async () => {
      const database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
      const subjects = (await database.getRepository(User).find()).map(({ subject }) => subject?.split('|')[1]);
      expect(subjects.filter((subject) => subject !== undefined).toSorted()).toEqual([
        's-1',
        's-2',
        's-3',
        'subject-1',
      ]);
    });

    it('ask for the keys once, not for every token', () => {
      expect(issuer.requests.filter((path) => path === '/.well-known/openid-configuration')).toHaveLength(1);
      expect(issuer.requests.filter((path) => path === '/keys')).toHaveLength(1);
    });

    it('do not reach the answers of those who fail', async () => {
      const token = await issuer.token({ claims: { aud: 'other' } });
      const { body } = await get(token, '/probe/user');
      expect(JSON.stringify(body)).not.toContain(token.split('.')[2]);
    });
  });
});
