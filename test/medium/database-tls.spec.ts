import { migrate, openDataSource } from '@app/database';
import { MARIADBD, TlsDatabase } from '../support/tls-database.js';

const describeWithServer = MARIADBD ? describe : describe.skip;
if (!MARIADBD) process.stderr.write('\nSKIPPED: TLS with MariaDB needs mariadbd, mariadb-install-db and openssl.\n');

describeWithServer('a MariaDB that demands TLS', () => {
  let database: TlsDatabase;
  beforeAll(async () => {
    database = await TlsDatabase.start();
  }, 90_000);
  afterAll(() => database.stop());

  const open = (settings: Record<string, string>) =>
    openDataSource({ databaseUrl: database.url(settings), dataDir: ':memory:', poolSize: 2 });

  it.each([['VERIFY_CA'], ['REQUIRED']])('is used by %s, on every connection', async (mode) => {
    const dataSource = await open({
      'ssl-mode': mode,
      ...(mode === 'VERIFY_CA' && { 'ssl-ca': database.file('ca.pem') }),
    });
    await migrate(dataSource);
    const ask = () => dataSource.query<{ Value: string }[]>(`SHOW STATUS LIKE 'Ssl_cipher'`);
    const answers = await Promise.all([ask(), ask(), ask()]);
    for (const [row] of answers) expect(row!.Value).toMatch(/^TLS_/);
    await dataSource.destroy();
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['without TLS', () => ({}), /demands TLS: add \?ssl-mode=/],
    [
      'with another authority',
      () => ({ 'ssl-mode': 'VERIFY_CA', 'ssl-ca': database.file('other.pem') }),
      /TLS with the database server fails: /,
    ],
    ['with no authority', () => ({ 'ssl-mode': 'VERIFY_CA' }), /TLS with the database server fails: /],
    [
      'under a name that it does not prove',
      () => ({ 'ssl-mode': 'VERIFY_IDENTITY', 'ssl-ca': database.file('ca.pem') }),
      /TLS with the database server fails: /,
    ],
    [
      'with a file that is not there',
      () => ({ 'ssl-mode': 'VERIFY_CA', 'ssl-ca': '/not/there.pem' }),
      /ssl-ca in DATABASE_URL cannot be read/,
    ],
  ])('is refused %s, in plain words', async (_, settings, words) => {
    const error = await open(settings()).then(
      () => new Error('It went through.'),
      (refusal: Error) => refusal,
    );
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('secret');
  });

  it('is refused with a wrong password, which is not taken for TLS', async () => {
    const url = database.url({ 'ssl-mode': 'REQUIRED' }).replace('secret', 'wrong');
    const error = await openDataSource({ databaseUrl: url, dataDir: ':memory:', poolSize: 2 }).catch(
      (refusal: Error) => refusal,
    );
    expect((error as Error).message).toMatch(/Access denied/);
  });
});
