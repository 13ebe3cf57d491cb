import { ACCESS_LEVEL, ANONYMOUS, AppError, type AccessLevel, type Principal, type UserPrincipal } from '@app/common';
import { Logger, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from './auth.guard.js';
import type { AuthService } from './auth.service.js';

const AGENT: UserPrincipal = {
  kind: 'user',
  userId: 1,
  login: 'ada',
  displayName: 'Ada',
  roles: ['user', 'agent'],
  isTermsAccepted: true,
};

/** Knows the accounts that exist now. */
const authOf = (...known: UserPrincipal[]): AuthService =>
  ({
    refresh: async (principal: Principal) => {
      if (principal.kind === 'anonymous') return principal;
      const now = known.find(({ userId }) => userId === principal.userId);
      if (now === undefined) throw new AppError('INVALID_TOKEN');
      return now;
    },
  }) as AuthService;

class Gateway {
  claim(): void {}
}

const socketContext = (data: { principal?: Principal }, level?: AccessLevel): ExecutionContext => {
  const handler = (): void => {};
  if (level !== undefined) Reflect.defineMetadata(ACCESS_LEVEL, level, handler);
  return {
    getType: () => 'ws',
    getHandler: () => handler,
    getClass: () => Gateway,
    switchToWs: () => ({ getClient: () => ({ data }) }),
  } as unknown as ExecutionContext;
};

describe('the guard on sockets', () => {
  const admit = (auth: AuthService, data: { principal?: Principal }, level?: AccessLevel) =>
    new AuthGuard(auth, new Reflector()).canActivate(socketContext(data, level));
  const refusal = (code: string): unknown => expect.objectContaining({ code });

  it('admits whom the handshake has found, by their present roles', async () => {
    const data = { principal: { ...AGENT, roles: ['user'] as const } };
    await expect(admit(authOf(AGENT), data, 'agent')).resolves.toBe(true);
    expect(data.principal).toBe(AGENT);
    await expect(admit(authOf({ ...AGENT, roles: ['user'] }), { principal: AGENT }, 'agent')).rejects.toEqual(
      refusal('FORBIDDEN'),
    );
  });

  it('refuses sockets without a handshake, without an account, or of an account that is gone', async () => {
    await expect(admit(authOf(AGENT), {}, 'anonymous')).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(admit(authOf(AGENT), { principal: ANONYMOUS }, 'user')).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(admit(authOf(AGENT), { principal: ANONYMOUS }, 'anonymous')).resolves.toBe(true);
    await expect(admit(authOf(), { principal: AGENT }, 'user')).rejects.toEqual(refusal('INVALID_TOKEN'));
  });

  it('refuses handlers that do not say who may call them, and names them in the log', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await expect(admit(authOf(AGENT), { principal: AGENT })).rejects.toEqual(refusal('FORBIDDEN'));
    expect(log).toHaveBeenCalledWith('Gateway.handler does not say who may call it.');
    log.mockRestore();
  });
});
