import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerStorageService } from '@nestjs/throttler';
import { ANONYMOUS, type Principal } from '../access/principal.js';
import { AppConfig } from '../config/app-config.js';
import { parseEnvironment } from '../config/read-environment.js';
import { CallerThrottlerGuard } from './caller-throttler.guard.js';

const USER = (userId: number) => ({ kind: 'user', userId }) as Principal;

class Handlers {
  one(): void {}
  two(): void {}
}

const http = (ip: string, principal?: Principal, handler = Handlers.prototype.one): ExecutionContext =>
  ({
    getType: () => 'http',
    getHandler: () => handler,
    getClass: () => Handlers,
    switchToHttp: () => ({ getRequest: () => ({ ip, principal, headers: {} }), getResponse: () => ({}) }),
  }) as unknown as ExecutionContext;

const socket = (address: string, principal?: Principal): ExecutionContext =>
  ({
    getType: () => 'ws',
    getHandler: () => Handlers.prototype.two,
    getClass: () => Handlers,
    switchToWs: () => ({ getClient: () => ({ handshake: { address, headers: {} }, data: { principal } }) }),
  }) as unknown as ExecutionContext;

async function guardOf(limit: string, anonymousLimit: string): Promise<(context: ExecutionContext) => Promise<string>> {
  const config = new AppConfig(parseEnvironment({ THROTTLE_LIMIT: limit, THROTTLE_ANONYMOUS_LIMIT: anonymousLimit }));
  const options = [{ ttl: 60_000, limit: config.throttle.limit }];
  const guard = new CallerThrottlerGuard(options, new ThrottlerStorageService(), new Reflector());
  Object.assign(guard, { config });
  await guard.onModuleInit();
  return (context) =>
    guard.canActivate(context).then(
      () => 'ok',
      (error: { code: string; retryAfterSeconds: number }) => `${error.code} ${error.retryAfterSeconds > 0}`,
    );
}

const LIMITED = 'RATE_LIMITED true';

describe('CallerThrottlerGuard', () => {
  it('counts one account over all routes, addresses and sockets', async () => {
    const ask = await guardOf('3', '1');
    expect(await ask(http('10.0.0.1', USER(1)))).toBe('ok');
    expect(await ask(http('10.0.0.2', USER(1), Handlers.prototype.two))).toBe('ok');
    expect(await ask(socket('10.0.0.3', USER(1)))).toBe('ok');
    expect(await ask(http('10.0.0.1', USER(1)))).toBe(LIMITED);
    expect(await ask(socket('10.0.0.1', USER(1)))).toBe(LIMITED);
    expect(await ask(http('10.0.0.1', USER(2)))).toBe('ok');
  });

  it('counts callers without an account by address', async () => {
    const ask = await guardOf('3', '1');
    expect(await ask(http('10.0.0.1'))).toBe('ok');
    expect(await ask(socket('10.0.0.1'))).toBe(LIMITED);
    expect(await ask(http('10.0.0.1', ANONYMOUS))).toBe(LIMITED);
    expect(await ask(http('10.0.0.2'))).toBe('ok');
  });

  it.each([
    ['accounts', '0', '1', USER(1)],
    ['anonymous callers', '1', '0', undefined],
  ])('may be off for %s alone', async (_who, limit, anonymousLimit, principal) => {
    const ask = await guardOf(limit, anonymousLimit);
    const asked = await Promise.all(Array.from({ length: 5 }, () => ask(http('10.0.0.1', principal))));
    expect(asked).toEqual(Array(5).fill('ok'));
  });
});
