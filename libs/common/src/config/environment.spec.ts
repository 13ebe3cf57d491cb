import { AppConfig } from './app-config.js';
import { parseEnvironment } from './read-environment.js';

describe('parseEnvironment', () => {
  it('needs nothing', () => {
    const config = new AppConfig(parseEnvironment({}));
    expect(config.http).toMatchObject({ port: 5000, host: '127.0.0.1', publicUrl: null, trustProxy: false });
    expect(config.database).toMatchObject({ url: null, dataDir: './data', migrateOnStart: true });
    expect(config.provider.isDemoAllowed).toBe(true);
  });

  it('treats an empty value as not set', () => {
    expect(parseEnvironment({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 5000 });
  });

  it('removes blanks around secrets and refuses those inside a key', () => {
    const pasted = { OPENAI_API_KEY: 'sk-1\n', ADMIN_API_KEY: ` ${'a'.repeat(32)}\r\n` };
    expect(parseEnvironment(pasted)).toMatchObject({ OPENAI_API_KEY: 'sk-1', ADMIN_API_KEY: 'a'.repeat(32) });
    expect(() => parseEnvironment({ OPENAI_API_KEY: 'sk-1\nsk-2' })).toThrow(/- OPENAI_API_KEY must consist/);
  });

  it('names every setting that is wrong in one message', () => {
    const act = () =>
      parseEnvironment({
        PORT: '1e3',
        DATABASE_URL: 'postgres://x',
        ADMIN_API_KEY: 'short',
        MIGRATE_ON_START: 'maybe',
      });
    expect(act).toThrow(/PORT[^]*DATABASE_URL[^]*MIGRATE_ON_START[^]*ADMIN_API_KEY|PORT[^]*MIGRATE_ON_START/);
    expect(act).toThrow(/DATABASE_URL/);
    expect(act).toThrow(/ADMIN_API_KEY/);
  });

  it('never repeats a secret in its message', () => {
    expect(() => parseEnvironment({ ADMIN_API_KEY: 'hunter2' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  it('reads flags and lists as people write them', () => {
    const config = new AppConfig(
      parseEnvironment({
        MIGRATE_ON_START: 'False',
        CORS_ORIGINS: 'https://a.example, https://b.example',
        TRUST_PROXY: '2',
      }),
    );
    expect(config.database.migrateOnStart).toBe(false);
    expect(config.http.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
    expect(config.http.trustProxy).toBe(2);
  });

  it.each([
    ['TRUST_PROXY', 'abc'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['CORS_ORIGINS', 'a.example'],
    ['CORS_ORIGINS', 'https://a.example, https://b.example/path'],
    ['CORS_ORIGINS', 'https://a.example:443'],
    ['DATABASE_URL', 'mysql://%zz@host/name'],
    ['ADMIN_API_KEY', `bv_${'x'.repeat(40)}`],
    ['HTTPS_PROXY', 'proxy.internal'],
    ['NO_PROXY', 'a;b'],
  ])('says in one line that %s cannot be %s', (name, value) =>
    expect(() => parseEnvironment({ [name]: value })).toThrow(
      new RegExp(`^The configuration is not valid:\\n  - ${name} [^\\n]+$`),
    ),
  );

  it.each([
    ['TRUST_PROXY', '10.0.0.0/8, ::1, loopback'],
    ['CORS_ORIGINS', '*, http://localhost:3000, capacitor://localhost'],
    ['DATABASE_URL', 'mysql://user:p%40ss@host:3306/name'],
  ])('takes %s=%s', (name, value) => expect(parseEnvironment({ [name]: value })).toHaveProperty(name, value));

  it('finds proxies in small letters, too', () => {
    const source = {
      https_proxy: 'http://one:1',
      HTTP_PROXY: 'http://two:2',
      http_proxy: 'http://three:3',
      no_proxy: '*',
    };
    expect(new AppConfig(parseEnvironment(source)).provider.proxy).toEqual({
      http: 'http://two:2',
      https: 'http://one:1',
      exceptions: '*',
    });
  });

  it('refuses the demo in production unless it is asked for', () => {
    const isDemoAllowed = (source: Record<string, string>) =>
      new AppConfig(parseEnvironment(source)).provider.isDemoAllowed;
    expect(isDemoAllowed({ NODE_ENV: 'production' })).toBe(false);
    expect(isDemoAllowed({ NODE_ENV: 'production', DEMO_SERVICE: 'on' })).toBe(true);
  });
});
