import type { Server } from 'node:http';
import { HttpAdapter } from './http-adapter.js';

describe('the end of the server', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  it.each([
    ['has the whole time when nothing took any of it', 0, 3000],
    ['has what is left of the time', 1000, 2000],
    ['has a moment for the last words when the time is over', 5000, 500],
  ])('%s', async (_, usedMs, leftMs) => {
    const adapter = new HttpAdapter({ shutdownGraceMs: 3000 });
    adapter.initHttpServer();
    const server = adapter.getHttpServer<Server>();
    const closeAll = jest.spyOn(server, 'closeAllConnections').mockImplementation(() => undefined);
    adapter.beforeClose();
    jest.advanceTimersByTime(usedMs);
    server.close();
    jest.advanceTimersByTime(leftMs - 1);
    expect(closeAll).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(closeAll).toHaveBeenCalledTimes(1);
    await adapter.close();
  });
});
