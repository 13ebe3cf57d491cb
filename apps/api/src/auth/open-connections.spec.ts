import { ANONYMOUS, AppError, type Principal } from '@app/common';
import { Logger } from '@nestjs/common';
import type { AuthService, Credential } from './auth.service.js';
import { OpenConnections } from './open-connections.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OpenConnections', () => {
  const authenticate = jest.fn<Promise<Principal>, [string]>();
  const identify = (credential: Credential): Promise<Principal> =>
    authenticate('token' in credential ? credential.token : credential.sessionId);
  const connections = new OpenConnections({ identify } as unknown as AuthService);
  const round = async (): Promise<void> => {
    connections.onLostRights();
    await settle();
  };

  beforeAll(() => {
    Logger.overrideLogger(false);
    connections.onApplicationBootstrap();
  });
  afterAll(() => connections.onApplicationShutdown());
  beforeEach(() => authenticate.mockReset());

  it('identifies a token once for all connections that have it, and none that is closed', async () => {
    authenticate.mockResolvedValue(ANONYMOUS);
    const rechecks = [jest.fn(), jest.fn(), jest.fn()];
    const ends = rechecks.map((recheck, index) =>
      connections.watch({ credential: { token: index === 2 ? 'other' : 'shared' }, recheck }),
    );
    ends[1]!();
    await round();
    expect(rechecks.map(({ mock }) => mock.calls)).toEqual([[[ANONYMOUS]], [], [[ANONYMOUS]]]);
    expect(authenticate.mock.calls).toEqual([['shared'], ['other']]);
    for (const end of ends) end();
    await round();
    expect(authenticate).toHaveBeenCalledTimes(2);
  });

  it('hands on that a token is not accepted any more, and leaves connections alone whose token cannot be checked', async () => {
    authenticate.mockImplementation((token) =>
      Promise.reject(new AppError(token === 'revoked' ? 'INVALID_TOKEN' : 'AUTH_UNAVAILABLE')),
    );
    const [revoked, unknown] = [jest.fn(), jest.fn()];
    const ends = [
      connections.watch({ credential: { token: 'unknown' }, recheck: unknown }),
      connections.watch({ credential: { token: 'revoked' }, recheck: revoked }),
    ];
    await round();
    expect(revoked).toHaveBeenCalledWith(expect.objectContaining({ code: 'INVALID_TOKEN' }));
    expect(unknown).not.toHaveBeenCalled();
    for (const end of ends) end();
  });

  it('checks the other connections when one check fails', async () => {
    authenticate.mockResolvedValue(ANONYMOUS);
    const failing = jest.fn(() => {
      throw new Error('broken');
    });
    const others = [jest.fn(), jest.fn()];
    const ends = [failing, ...others].map((recheck, index) =>
      connections.watch({ credential: { token: `token ${Math.min(index, 1)}` }, recheck }),
    );
    await round();
    await round();
    for (const each of [failing, ...others]) expect(each).toHaveBeenCalledTimes(2);
    for (const end of ends) end();
  });
});
