import { toProblem } from '@app/common';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createPool } from 'mysql2/promise';

/** What the driver throws when no server listens at the port, or the server closes the connection. */
async function failureAt(port: number): Promise<unknown> {
  const pool = createPool({ host: '127.0.0.1', port, user: 'baton' });
  const failure = await pool.query('SELECT 1').catch((error: unknown) => error);
  await pool.end();
  return failure;
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a database that cannot be reached', () => {
  const expected = expect.objectContaining({ status: 503, code: 'DATABASE_UNREACHABLE' });

  it('is answered with 503 when no server listens', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(toProblem(await failureAt(port), null)).toEqual(expected);
  });

  it('is answered with 503 when the connection is lost', async () => {
    const server = createServer((socket) => socket.destroy());
    expect(toProblem(await failureAt(await listen(server)), null)).toEqual(expected);
    server.close();
  });

  it('is told from an error of ours', () => {
    expect(toProblem(new TypeError('x is undefined'), null)).toMatchObject({ status: 500, code: 'INTERNAL' });
  });
});
