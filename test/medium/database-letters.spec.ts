import { migrate, openDataSource } from '@app/database';
import { createConnection } from 'mysql2/promise';
import { randomBytes } from 'node:crypto';
import { ChatServer } from '../support/chat-server.js';
import { describeOnServer, MYSQL_URL } from '../support/servers.js';

describeOnServer('a database whose default is another character set', () => {
  const name = `${process.env.TEST_DATABASES}_${randomBytes(4).toString('hex')}`;
  const url = (): string => new URL(`/${name}`, MYSQL_URL).href;
  const query = async (sql: string): Promise<void> => {
    const connection = await createConnection(MYSQL_URL);
    await connection.query(sql);
    await connection.end();
  };
  beforeEach(() => query(`CREATE DATABASE ${name} CHARACTER SET latin1`));
  afterEach(() => query(`DROP DATABASE ${name}`));

  it('gets tables that hold every text', async () => {
    const server = await ChatServer.start({ DATABASE_URL: url() });
    const chatId = await server.createChat();
    expect((await server.complete(chatId, 'Hallo 👋')).status).toBe(200);
    const { status } = await server.asAdmin('POST', '/api/admin/bots', {
      code: 'wave',
      displayNameTv: { value: '👋' },
      isActive: true,
      isPublic: true,
    });
    expect(status).toBe(200);
    await server.stop();
  });

  it('is refused when it has tables that do not', async () => {
    await query(`CREATE TABLE ${name}.older (text varchar(10))`);
    const opened = openDataSource({ databaseUrl: url(), dataDir: ':memory:', poolSize: 2 }).then(migrate);
    await expect(opened).rejects.toThrow(/tables in latin1/);
  });
});
