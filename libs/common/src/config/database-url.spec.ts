import { databaseUrlFaults, readDatabaseUrl } from './database-url.js';

describe('DATABASE_URL', () => {
  it('names a database, and is without TLS unless it says so', () => {
    expect(readDatabaseUrl('mysql://me:p%40ss@db/baton')).toEqual({
      host: 'db',
      port: 3306,
      user: 'me',
      password: 'p@ss',
      database: 'baton',
      tls: { mode: 'DISABLED', caFile: null },
    });
  });

  it.each([
    ['?ssl-mode=required', { mode: 'REQUIRED', caFile: null }],
    ['?ssl-ca=/etc/ca.pem', { mode: 'VERIFY_CA', caFile: '/etc/ca.pem' }],
    ['?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ca.pem', { mode: 'VERIFY_IDENTITY', caFile: '/etc/ca.pem' }],
  ])('reads %s', (parameters, tls) => {
    expect(readDatabaseUrl(`mysql://me@db:3307/baton${parameters}`)).toMatchObject({ port: 3307, tls });
    expect(databaseUrlFaults(`mysql://me@db:3307/baton${parameters}`)).toEqual([]);
  });

  it('is refused with parameters that would be ignored', () => {
    expect(databaseUrlFaults('mysql://me@db/baton?sslmode=require&ssl-mode=perhaps')).toEqual([
      expect.stringContaining('sslmode'),
      expect.stringContaining('ssl-mode in DATABASE_URL must be one of DISABLED'),
    ]);
  });
});
