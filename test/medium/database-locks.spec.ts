import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../../apps/api/src/baton/fence/chat-transaction.repository.js';
import { OwnershipRepository } from '../../apps/api/src/baton/ownership/ownership.repository.js';
import { Person } from '../e2e/takeover/takeover.support.js';
import { ChatServer } from '../support/chat-server.js';
import { eventually } from '../support/eventually.js';
import { describeOnServer, MYSQL_URL } from '../support/servers.js';

/** Twice as long as the database lets one wait for a lock, and some. */
const PATIENCE_MS = 40_000;

describeOnServer('a chat whose row another connection keeps locked', () => {
  let server: ChatServer;
  let ada: Person;
  let dataSource: DataSource;
  let other: Connection;

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    dataSource = server.app.app.get(DataSource, { strict: false });
    const [{ name }] = await dataSource.query<[{ name: string }]>('SELECT DATABASE() AS name');
    const url = new URL(MYSQL_URL);
    url.pathname = `/${name}`;
    other = await createConnection(url.href);
  });
  afterAll(async () => {
    await other.end();
    await server.stop();
  });

  it('is not kept locked by one who has fallen silent, where the database can end that', async () => {
    const [settings] = await other.query<RowDataPacket[]>(`SHOW VARIABLES LIKE 'idle_transaction_timeout'`);
    const connections = Array.from({ length: 10 }, () =>
      dataSource.query<{ Value: string }[]>(`SHOW SESSION VARIABLES LIKE 'idle_transaction_timeout'`),
    );
    const values = (await Promise.all(connections)).map(([setting]) => setting?.Value);
    expect(values).toEqual(connections.map(() => (settings.length === 0 ? undefined : '4')));
  });

  const lock = async (chatId: string): Promise<void> => {
    await other.beginTransaction();
    await other.query('SELECT id FROM chats WHERE id = ? FOR UPDATE', [chatId]);
  };

  it(
    'is refused for the moment, on every way in, and free again afterwards; other chats are not concerned',
    async () => {
      const [locked, free] = [await server.createChat(), await server.createChat()];
      const desk = await ada.connect();
      await lock(locked);
      const refused = Promise.all([ada.act(locked, 'claim'), server.complete(locked, 'Are you there?')]);
      const refusedOverSocket = desk.client.claim({ chatId: locked }).catch((problem: unknown) => problem);
      expect((await ada.act(free, 'claim')).status).toBe(200);
      const [claim, message] = await refused;
      for (const { status, body, headers } of [claim, message]) {
        expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'DATABASE_BUSY' });
        expect(headers.get('retry-after')).toBe('1');
      }
      expect(await refusedOverSocket).toMatchObject({ problem: { code: 'DATABASE_BUSY', status: 503 } });
      await other.rollback();
      expect((await ada.act(locked, 'claim')).status).toBe(200);
      expect((await ada.log(locked)).map(({ type }) => type)).toEqual(['ownership.changed']);
      desk.close();
    },
    PATIENCE_MS,
  );

  it('costs an agent who renews a lease nothing when the database gives the renewal up for another', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    const [{ agentId }] = await dataSource.query<[{ agentId: number }]>(
      'SELECT agent_id AS agentId FROM chats WHERE id = ?',
      [chatId],
    );
    await lock(chatId);
    // The database gives up who has changed less.
    for (let change = 0; change < 50; change++)
      await other.query('UPDATE chats SET epoch = epoch + 1 WHERE id = ?', [chatId]);
    const renewing = server.app.app.get(OwnershipRepository, { strict: false }).renewLease(chatId, agentId);
    await eventually(async () => {
      const [waiting] = await other.query<RowDataPacket[]>(
        'SELECT 1 FROM information_schema.processlist WHERE info LIKE ?',
        [`UPDATE%lease_until%${chatId}%`],
      );
      return waiting.length === 1;
    });
    await other.query('UPDATE chats SET agent_id = NULL WHERE id = ?', [chatId]);
    await other.rollback();
    expect(await renewing).toBe(true);
  });

  it('rolls back only the transaction whose connection was killed', async () => {
    const chatId = await server.createChat();
    const cutOff = ChatTransaction.run(dataSource, [chatId], async ({ manager }) => {
      const [{ id }] = await manager.query<[{ id: number }]>('SELECT CONNECTION_ID() AS id');
      await other.query('KILL CONNECTION ?', [id]);
      await manager.query('UPDATE chats SET display_name = ? WHERE id = ?', ['too late', chatId]);
    });
    await expect(cutOff).rejects.toThrow(/connection|socket/i);
    const claims = await Promise.all(
      Array.from({ length: 30 }, async () => ada.act(await server.createChat(), 'claim')),
    );
    expect(claims.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    const { body } = await ada.act(chatId, 'claim');
    expect(body).toMatchObject({ owner: 'human' });
    const [chat] = await dataSource.query<object[]>('SELECT display_name FROM chats WHERE id = ?', [chatId]);
    expect(chat).toEqual({ display_name: '' });
  });
});
