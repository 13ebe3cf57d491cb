import { Environment, environmentNames } from '@app/common';
import { CHANNEL_ENVIRONMENTS } from '../../apps/api/src/channels/channels.module.js';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface ComposeService {
  env_file?: string[];
  environment?: Record<string, string | number>;
}

const SETTINGS = environmentNames([Environment, ...CHANNEL_ENVIRONMENTS]);

/** What the container decides and `.env` cannot. */
const FIXED = { HOST: '0.0.0.0', PORT: '5000', DATA_DIR: '/data' };

/** `${NAME:-default}` and `${NAME:?message}` as docker compose reads them; a default may hold such a part itself. */
function interpolate(value: string, env: Record<string, string>): string {
  const part = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;
  const found = part.exec(value);
  if (found === null) return value;
  const [whole, name = '', kind, rest = ''] = found;
  if (kind === '?' && !env[name]) throw new Error(rest);
  return interpolate(
    value.replace(whole, () => env[name] || (kind === '-' ? rest : '')),
    env,
  );
}

function containerEnvironment({ env_file = [], environment = {} }: ComposeService, env: Record<string, string>) {
  const set = Object.entries(environment).map(([name, value]) => [name, interpolate(String(value), env)]);
  return { ...(env_file.includes('.env') ? env : {}), ...Object.fromEntries(set) } as Record<string, string>;
}

describe('docker-compose.yml', () => {
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8')) as { services: { api: ComposeService } };
  const everySetting = Object.fromEntries(SETTINGS.map((name) => [name, `value of ${name}`]));

  it('passes every setting of .env.example on to the server', () => {
    expect(containerEnvironment(services.api, { MARIADB_PASSWORD: 'secret', ...everySetting })).toMatchObject({
      ...everySetting,
      ...FIXED,
    });
  });

  it('needs no more than the secrets', () => {
    const env = { MARIADB_PASSWORD: 'secret', ADMIN_API_KEY: 'a', ENCRYPTION_KEY: 'b' };
    expect(containerEnvironment(services.api, env)).toEqual({
      ...env,
      ...FIXED,
      NODE_ENV: 'production',
      DATABASE_URL: 'mysql://baton:secret@mariadb:3306/baton',
      REDIS_URL: 'redis://redis:6379',
    });
  });

  it.each(['MARIADB_PASSWORD', 'ADMIN_API_KEY', 'ENCRYPTION_KEY'])('does not start without %s', (name) => {
    const env = { MARIADB_PASSWORD: 'secret', ADMIN_API_KEY: 'a', ENCRYPTION_KEY: 'b', [name]: '' };
    expect(() => containerEnvironment(services.api, env)).toThrow(`set ${name} in .env`);
  });
});

describe('.env.example', () => {
  it('lists exactly the settings that the server knows, beside those that only docker compose or the tests read', () => {
    const example = readFileSync('.env.example', 'utf8');
    const listed = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!);
    const readByCompose = [...readFileSync('docker-compose.yml', 'utf8').matchAll(/\$\{(\w+)/g)].map(
      ([, name]) => name!,
    );
    const readByTests = ['TEST_MYSQL_URL', 'TEST_REDIS_URL'];
    const known = new Set([...SETTINGS, ...readByCompose, ...readByTests]);
    expect(listed.toSorted()).toEqual([...known].toSorted());
  });
});
