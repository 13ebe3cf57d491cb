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

  it('refuses the demo in production unless it is asked for', () => {
    const isDemoAllowed = (source: Record<string, string>) =>
      new AppConfig(parseEnvironment(source)).provider.isDemoAllowed;
    expect(isDemoAllowed({ NODE_ENV: 'production' })).toBe(false);
    expect(isDemoAllowed({ NODE_ENV: 'production', DEMO_SERVICE: 'on' })).toBe(true);
  });

  it('knows exactly the settings that .env.example lists', () => {
    const example = readFileSync('.env.example', 'utf8');
    const listed = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
    const testOnly = ['TEST_MYSQL_URL', 'TEST_REDIS_URL'];
    expect(listed.filter((name) => !testOnly.includes(name!)).toSorted()).toEqual([...ENVIRONMENT_NAMES].toSorted());
  });
});
