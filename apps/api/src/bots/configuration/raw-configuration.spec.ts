import { MASK } from '@app/common';
import { keepMaskedSecrets, maskSecrets, TooDeepError } from './raw-configuration.js';

const STORED = '{"index":"docs","apiKey":"k1","blob":{"connectionString":"c1"},"list":[{"token":"t1"}],"maxTokens":5}';

describe('maskSecrets', () => {
  it('hides secrets at any depth and shows the rest', () =>
    expect(JSON.parse(maskSecrets(STORED))).toEqual({
      index: 'docs',
      apiKey: MASK,
      blob: { connectionString: MASK },
      list: [{ token: MASK }],
      maxTokens: 5,
    }));

  it('hides a secret that is an object', () => expect(maskSecrets('{"apiKey":{"v":"k1"}}')).not.toContain('k1'));

  it('goes by what names and values say, not by a list of names', () => {
    const raw = {
      apikeys: ['k1'],
      header: 'Bearer abcdefgh12345678',
      places: ['https://user:pass@example.com/', 'here'],
      max_tokens: 9,
    };
    const masked = maskSecrets(JSON.stringify(raw));
    expect(JSON.parse(masked)).toEqual({ apikeys: MASK, header: MASK, places: [MASK, 'here'], max_tokens: 9 });
    expect(JSON.parse(keepMaskedSecrets(masked, JSON.stringify(raw)))).toEqual(raw);
  });

  it('hides a text that holds a secret', () => {
    const text = 'AccountName=a;AccountKey=abc123==';
    expect(maskSecrets(text)).toBe(MASK);
    expect(keepMaskedSecrets(MASK, text)).toBe(text);
  });

  it.each(['', 'plain text', '"text"', '5', '{"broken":'])('shows %j as it is', (text) =>
    expect(maskSecrets(text)).toBe(text),
  );
});

describe('keepMaskedSecrets', () => {
  it('puts the stored secrets back', () =>
    expect(JSON.parse(keepMaskedSecrets(maskSecrets(STORED), STORED))).toEqual(JSON.parse(STORED)));

  it('takes new secrets and forgets removed ones', () => {
    const kept = keepMaskedSecrets('{"apiKey":"k2","password":"********"}', STORED);
    expect(JSON.parse(kept)).toEqual({ apiKey: 'k2', password: '' });
  });

  it('does not reformat what has no mask', () =>
    expect(keepMaskedSecrets('{ "apiKey": "k2" }', STORED)).toBe('{ "apiKey": "k2" }'));

  it('refuses what is nested too deep', () =>
    expect(() => keepMaskedSecrets('['.repeat(40_000) + ']'.repeat(40_000), '')).toThrow(TooDeepError));
});
