import {
  ACCESS_LEVEL,
  AddressThrottle,
  ANONYMOUS,
  AppConfig,
  AppError,
  OPEN_WHEN,
  parseEnvironment,
  type AccessLevel,
  type Principal,
  type UserPrincipal,
} from '@app/common';
import { Logger, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerStorageService } from '@nestjs/throttler';
import { Admission } from './admission.js';
import { AuthGuard } from './auth.guard.js';
import type { AuthService } from './auth.service.js';
import type { RequestCallers } from './request-callers.js';

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
    noteUse: async () => undefined,
    refresh: async (principal: Principal) => {
      if (principal.kind !== 'user') return principal;
      const now = known.find(({ userId }) => userId === principal.userId);
      if (now === undefined) throw new AppError('INVALID_TOKEN');
      return now;
    },
  }) as unknown as AuthService;

class Gateway {
  claim(): void {}
}

const socketContext = (
  data: { principal?: Principal },
  level?: AccessLevel,
  isOpen?: (config: AppConfig) => boolean,
): ExecutionContext => {
  const handler = (): void => {};
  if (isOpen !== undefined) Reflect.defineMetadata(OPEN_WHEN, isOpen, handler);
  if (level !== undefined) Reflect.defineMetadata(ACCESS_LEVEL, level, handler);
  return {
    getType: () => 'ws',
    getHandler: () => handler,
    getClass: () => Gateway,
    switchToWs: () => ({ getClient: () => ({ data }) }),
  } as unknown as ExecutionContext;
};

describe('the guard on sockets', () => {
  const admit = (
    auth: AuthService,
    data: { principal?: Principal },
    level?: AccessLevel,
    isOpen?: (config: AppConfig) => boolean,
    settings: Record<string, string> = {},
  ) => {
    const config = new AppConfig(parseEnvironment(settings));
    const addresses = new AddressThrottle(config, new ThrottlerStorageService());
    return new AuthGuard(auth, {} as RequestCallers, new Admission(new Reflector(), config), addresses).canActivate(
      socketContext(data, level, isOpen),
    );
  };
  const refusal = (code: string): unknown => expect.objectContaining({ code });

  it('admits the user of the handshake, by their current roles', async () => {
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

  it('admits callers without an account where the operator has chosen so, and only there', async () => {
    const isOpen = ({ http }: AppConfig): boolean => http.corsOrigins.includes('*');
    const data = { principal: ANONYMOUS };
    await expect(admit(authOf(), data, 'admin', isOpen)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(admit(authOf(), data, 'admin', isOpen, { CORS_ORIGINS: '*' })).resolves.toBe(true);
    await expect(admit(authOf(), data, 'admin', undefined, { CORS_ORIGINS: '*' })).rejects.toEqual(
      refusal('UNAUTHENTICATED'),
    );
    await expect(admit(authOf(), { principal: AGENT }, 'admin', isOpen, { CORS_ORIGINS: '*' })).rejects.toEqual(
      refusal('INVALID_TOKEN'),
    );
  });

  it('refuses handlers that do not say who may call them, and names them in the log', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await expect(admit(authOf(AGENT), { principal: AGENT })).rejects.toEqual(refusal('FORBIDDEN'));
    expect(log).toHaveBeenCalledWith('Gateway.handler does not say who may call it.');
    log.mockRestore();
  });
});
