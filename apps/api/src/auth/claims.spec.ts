import { claimAt, firstText, rolesOf } from './claims.js';

describe('claims', () => {
  const claims = {
    roles: ['admin'],
    realm_access: { roles: ['agent'] },
    'https://example.com/roles': 'agent',
    'a.b': 1,
    a: { b: 2 },
    text: 'x.y',
  };

  it.each([
    ['roles', ['admin']],
    ['realm_access.roles', ['agent']],
    ['https://example.com/roles', 'agent'],
    ['a.b', 1],
    ['realm_access.none.deeper', undefined],
    ['text.length', undefined],
    ['constructor', undefined],
    ['__proto__.constructor', undefined],
    ['roles.length.x', undefined],
  ])('%s is %p', (path, value) => expect(claimAt(claims, path)).toEqual(value));

  it('gives the first text that says something', () => {
    expect(firstText({ a: ' ', b: 7, c: ' x ' }, 'a', 'b', 'c')).toBe('x');
    expect(firstText({ a: '' }, 'a', 'b')).toBeNull();
  });

  it.each([
    [undefined, ['user']],
    [null, ['user']],
    [[], ['user']],
    ['admin', ['user', 'admin']],
    ['Agent, other admin', ['user', 'agent', 'admin']],
    [
      ['AGENT', 'agent', 'superuser'],
      ['user', 'agent'],
    ],
    [[{ name: 'admin' }, 5, null, ['admin']], ['user']],
    [{ admin: true }, ['user']],
    [7, ['user']],
  ])('%p are the roles %p', (claim, roles) => expect(rolesOf(claim)).toEqual(roles));
});
