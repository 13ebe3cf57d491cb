import { AddressThrottle, readConfig } from '@app/common';
import { ThrottlerStorageService } from '@nestjs/throttler';
import type { INestApplicationContext } from '@nestjs/common';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { from, isObservable, mergeAll, of, throwError } from 'rxjs';
import type { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { CHANNEL_ENVIRONMENTS } from '../channels/channels.module.js';
import { SocketAdapter } from './socket-adapter.js';

const NAMESPACE = '/commands';

describe('SocketAdapter', () => {
  const received: unknown[] = [];
  const handlers = Object.entries<(payload: unknown) => unknown>({
    plain: (payload) => ({ payload }),
    promise: (payload) => Promise.resolve({ payload }),
    observable: (payload) => of({ payload }),
    silent: (payload) => void received.push(payload),
    throws: () => {
      throw new Error('Unexpected failure');
    },
    rejects: () => Promise.reject(new Error('Unexpected failure')),
    fails: () => throwError(() => new Error('Unexpected failure')),
  }).map(
    ([message, callback]) =>
      ({ message, callback, methodName: message, isAckHandledManually: false }) as MessageMappingProperties,
  );
  const door = { isDraining: false };
  let http: HttpServer;
  let adapter: SocketAdapter;
  let server: Server;
  let socket: Socket;
  let url = '';

  beforeAll(async () => {
    http = createServer();
    const config = readConfig(CHANNEL_ENVIRONMENTS, { TRUST_PROXY: '1' });
    const addresses = new AddressThrottle(config, new ThrottlerStorageService());
    adapter = new SocketAdapter(http as unknown as INestApplicationContext, config, addresses, door);
    jest.spyOn(adapter['log'], 'error').mockImplementation(() => undefined);
    server = adapter.createIOServer(0);
    server.of(NAMESPACE).on('connection', (connection) => {
      connection.use(([name], next) => next(name === 'refused' ? new Error('refused') : undefined));
      connection.on('error', () => undefined);
      // As Nest calls it: whatever a handler returns, in an observable.
      adapter.bindMessageHandlers(connection, handlers, (result) =>
        from(Promise.resolve(result).then((value) => (isObservable(value) ? value : of(value)))).pipe(mergeAll()),
      );
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    socket = io(url + NAMESPACE, { transports: ['websocket'], reconnection: false });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
  });

  afterAll(async () => {
    socket.close();
    await server.close();
  });

  /** The order of a connection holds: once this is answered, everything sent before was looked at. */
  const isAlive = async (): Promise<unknown> => socket.emitWithAck('plain', 'still there');

  it.each(['plain', 'promise', 'observable'])('acknowledges with the result: %s', async (command) => {
    await expect(socket.emitWithAck(command, { text: 'hello' })).resolves.toEqual({ payload: { text: 'hello' } });
  });

  it('refuses connections without a namespace until a channel uses the root namespace', async () => {
    const connect = (): Promise<string> =>
      new Promise((resolve) => {
        const nameless = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
        const answer = (text: string): void => {
          nameless.close();
          resolve(text);
        };
        nameless.once('connect', () => answer('connected'));
        nameless.once('connect_error', ({ message }) => answer(message));
      });
    await expect(connect()).resolves.toBe('Not found');
    adapter.create(0, { namespace: '/', server } as never);
    await expect(connect()).resolves.toBe('connected');
  });

  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['6.6.6.6, 10.1.2.3', '10.1.2.3'],
  ])('knows who connects through a proxy that is trusted: %s', async (forwarded, address) => {
    const extraHeaders = { 'x-forwarded-for': forwarded };
    const known = new Promise((resolve) =>
      server.of('/proxied').once('connection', ({ handshake }) => resolve(handshake.address)),
    );
    const proxied = io(`${url}/proxied`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders,
    });
    await expect(known).resolves.toBe(address);
    proxied.close();
  });

  it('answers polling and refusals with the headers of every other answer', async () => {
    for (const query of ['EIO=4&transport=polling', 'EIO=4&transport=nope']) {
      const { headers } = await fetch(`${url}/socket.io/?${query}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it.each(['websocket', 'polling'])(
    'takes no socket in while the server ends, and keeps who is there: %s',
    async (transport) => {
      door.isDraining = true;
      const late = io(url + NAMESPACE, { transports: [transport], reconnection: false, forceNew: true });
      await new Promise((resolve) => late.once('connect_error', resolve));
      late.close();
      const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
      expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'SHUTTING_DOWN' }]);
      await expect(isAlive()).resolves.toEqual({ payload: 'still there' });
      door.isDraining = false;
    },
  );

  it('hands a command over without acknowledgement, without payload and with several parts', async () => {
    socket.emit('silent', 1).emit('silent').emit('silent', 2, 3);
    await isAlive();
    expect(received).toEqual([1, undefined, [2, 3]]);
  });

  it.each(['throws', 'rejects', 'fails'])('survives a handler that %s, again and again', async (command) => {
    const answered = jest.fn();
    for (let attempt = 0; attempt < 3; attempt++) socket.emit(command, {}, answered);
    await expect(isAlive()).resolves.toEqual({ payload: 'still there' });
    expect(answered).not.toHaveBeenCalled();
  });

  it('ignores what no handler is there for, and what was refused before', async () => {
    const answered = jest.fn();
    socket.emit('unknown', {}, answered).emit('refused', {}, answered).emit('toString', answered);
    await expect(isAlive()).resolves.toEqual({ payload: 'still there' });
    expect(answered).not.toHaveBeenCalled();
  });
});
