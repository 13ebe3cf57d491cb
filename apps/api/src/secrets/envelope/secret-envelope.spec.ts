import { randomBytes } from 'node:crypto';
import { keyIdOf, open, seal } from './secret-envelope.js';

const KEY = randomBytes(32);
const PLACE = 'openai_services/1 https://api.example';

describe('a sealed secret', () => {
  const envelope = seal(KEY, 'sk-ключ-🔑', PLACE);

  it('opens where it was sealed', () => expect(open(KEY, envelope, PLACE)).toBe('sk-ключ-🔑'));

  it('is different each time, names its key and hides both', () => {
    expect(seal(KEY, 'sk-ключ-🔑', PLACE)).not.toBe(envelope);
    expect(envelope).toContain(keyIdOf(KEY));
    expect(envelope).not.toContain('sk-');
    expect(envelope).not.toContain(KEY.toString('hex'));
  });

  it('does not open in another place', () => {
    expect(open(KEY, envelope, 'openai_services/2 https://api.example')).toBeNull();
    expect(open(KEY, envelope, 'openai_services/1 https://evil.example')).toBeNull();
  });

  it('does not open with another key', () => expect(open(randomBytes(32), envelope, PLACE)).toBeNull());

  it.each([2, 3, 4])('does not open when part %i was changed', (index) => {
    const parts = envelope.split('.');
    const bytes = Buffer.from(parts[index]!, 'base64url');
    bytes[0]! ^= 1;
    parts[index] = bytes.toString('base64url');
    expect(open(KEY, parts.join('.'), PLACE)).toBeNull();
  });

  it('does not open with a shortened tag', () => {
    const parts = envelope.split('.');
    parts[3] = Buffer.from(parts[3]!, 'base64url').subarray(0, 4).toString('base64url');
    expect(open(KEY, parts.join('.'), PLACE)).toBeNull();
  });

  it.each(['', 'v1', 'v2.a.b.c.d', 'plain text', `${envelope}.more`])('calls %j no envelope', (text) =>
    expect(open(KEY, text, PLACE)).toBeNull(),
  );
});
