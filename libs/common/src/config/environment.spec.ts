import { readFileSync } from 'node:fs';
import { AppConfig } from './app-config.js';
import { ENVIRONMENT_NAMES, parseEnvironment } from './environment.js';

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

  it('refuses the demo in production unless it is asked for', () => {
    const isDemoAllowed = (source: Record<string, string>) =>
      new AppConfig(parseEnvironment(source)).provider.isDemoAllowed;
    expect(isDemoAllowed({ NODE_ENV: 'production' })).toBe(false);
    expect(isDemoAllowed({ NODE_ENV: 'production', DEMO_SERVICE: 'on' })).toBe(true);
  });

  it('wants all that WhatsApp needs, or nothing of it', () => {
    const all = {
      TWILIO_ACCOUNT_SID: 'AC00',
      TWILIO_AUTH_TOKEN: 'hunter2',
      TWILIO_FROM: 'whatsapp:+14155238886',
      PUBLIC_URL: 'https://chat.example.com/',
    };
    expect(new AppConfig(parseEnvironment({})).whatsapp).toBeNull();
    expect(new AppConfig(parseEnvironment(all)).whatsapp).toMatchObject({ publicUrl: 'https://chat.example.com' });
    expect(() => parseEnvironment({ ...all, PUBLIC_URL: '' })).toThrow(/WhatsApp also needs PUBLIC_URL/);
    expect(() => parseEnvironment({ TWILIO_AUTH_TOKEN: 'hunter2' })).toThrow(
      /TWILIO_ACCOUNT_SID, TWILIO_FROM, PUBLIC_URL/,
    );
    expect(() => parseEnvironment({ TWILIO_AUTH_TOKEN: 'hunter2' })).not.toThrow(/hunter2/);
  });

  it('knows exactly the settings that .env.example lists, beside those that only docker compose or the tests read', () => {
    const example = readFileSync('.env.example', 'utf8');
    const listed = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!);
    const readByCompose = [...readFileSync('docker-compose.yml', 'utf8').matchAll(/\$\{(\w+)/g)].map(
      ([, name]) => name!,
    );
    const readByTests = ['TEST_MYSQL_URL', 'TEST_REDIS_URL'];
    const known = new Set([...ENVIRONMENT_NAMES, ...readByCompose, ...readByTests]);
    expect(listed.toSorted()).toEqual([...known].toSorted());
  });
});
