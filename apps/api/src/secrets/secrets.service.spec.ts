import { AppConfig, parseEnvironment } from '@app/common';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsService } from './secrets.service.js';

describe('secrets', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'baton-secrets-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (environment: Record<string, string> = {}): SecretsService => {
    const secrets = new SecretsService(new AppConfig(parseEnvironment({ DATA_DIR: folder, ...environment })));
    secrets.onModuleInit();
    return secrets;
  };

  it('make a key file that only its owner can read, when one is needed', () => {
    const secrets = start();
    expect(readdirSync(folder)).toEqual([]);
    const envelope = secrets.seal('secret', 'here');
    expect(readdirSync(folder)).toEqual(['encryption-key']);
    expect(statSync(join(folder, 'encryption-key')).mode & 0o777).toBe(0o600);
    expect(start().open(envelope, 'here')).toBe('secret');
  });

  it('use the key of the environment instead, and tell the two apart', () => {
    const ENCRYPTION_KEY = 'ab'.repeat(32);
    const envelope = start({ ENCRYPTION_KEY }).seal('secret', 'here');
    expect(readdirSync(folder)).toEqual([]);
    expect(start({ ENCRYPTION_KEY: ENCRYPTION_KEY.toUpperCase() }).open(envelope, 'here')).toBe('secret');
    expect(start().open(envelope, 'here')).toBeNull();
  });

  it('open what earlier keys have sealed, and renew it', () => {
    const [old, older, key] = ['0a', '0b', '0c'].map((byte) => byte.repeat(32));
    const byFile = start().seal('of the file', 'here');
    const byOld = start({ ENCRYPTION_KEY: old! }).seal('old', 'here');
    const byOlder = start({ ENCRYPTION_KEY: older! }).seal('older', 'here');
    const secrets = start({ ENCRYPTION_KEY: key!, PREVIOUS_ENCRYPTION_KEYS: `${old}, ${older},` });
    expect([byFile, byOld, byOlder].map((sealed) => secrets.open(sealed, 'here'))).toEqual([
      'of the file',
      'old',
      'older',
    ]);
    const renewed = secrets.renew(byOld, 'here');
    expect(start({ ENCRYPTION_KEY: key! }).open(renewed, 'here')).toBe('old');
    expect(secrets.renew(renewed, 'here')).toBe(renewed);
    expect(secrets.renew(byOld, 'elsewhere')).toBe(byOld);
    expect(secrets.keyIds).toHaveLength(4);
  });

  it('open what names no key', () => {
    const [, , ...rest] = start({ ENCRYPTION_KEY: '0a'.repeat(32) })
      .seal('secret', 'here')
      .split('.');
    const settings = { ENCRYPTION_KEY: '0b'.repeat(32), PREVIOUS_ENCRYPTION_KEYS: '0a'.repeat(32) };
    const nameless = ['v1', ...rest].join('.');
    expect(start(settings).open(nameless, 'here')).toBe('secret');
    expect(start(settings).open(nameless, 'elsewhere')).toBeNull();
  });

  it('start with a broken key file where another key is set', () => {
    writeFileSync(join(folder, 'encryption-key'), 'half');
    expect(start({ ENCRYPTION_KEY: '0a'.repeat(32) }).keyIds).toHaveLength(1);
  });

  it('keep the first file when two make one at the same time', () => {
    const [one, other] = [start(), start()];
    const envelope = one.seal('secret', 'here');
    expect(other.open(envelope, 'here')).toBe('secret');
  });

  it('make a folder that is not there yet', () => {
    const DATA_DIR = join(folder, 'a', 'b');
    start({ DATA_DIR }).seal('secret', 'here');
    expect(readFileSync(join(DATA_DIR, 'encryption-key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('do not start with a key file that is broken', () => {
    writeFileSync(join(folder, 'encryption-key'), 'half');
    expect(() => start()).toThrow(/encryption-key does not hold an encryption key/);
  });
});
