import { explain } from './explain.js';

const fault = (message: string, more: object) => Object.assign(new Error(message), more);

describe('explain', () => {
  it('says what the owner can change', () => {
    const listen = fault('listen EADDRINUSE: address already in use 127.0.0.1:80', {
      code: 'EADDRINUSE',
      syscall: 'listen',
    });
    expect(explain(listen)).toMatch(/^Cannot listen: .*Set PORT or HOST/);
    const connect = fault('connect ECONNREFUSED 127.0.0.1:3306', { code: 'ECONNREFUSED', syscall: 'connect' });
    expect(explain(connect)).toMatch(/^Cannot reach the database: .*DATABASE_URL/);
    const name = fault('getaddrinfo ENOTFOUND nope.invalid', { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    expect(explain(name)).toMatch(/nope\.invalid.*HOST and DATABASE_URL/);
    const folder = fault("EEXIST: file already exists, mkdir '/dev/null'", { code: 'EEXIST', syscall: 'mkdir' });
    expect(explain(folder)).toMatch(/\/dev\/null.*DATA_DIR/);
    const database = fault("Unknown database 'x'", { code: 'ER_BAD_DB_ERROR' });
    expect(explain(database)).toMatch(/Unknown database 'x'.*DATABASE_URL/);
    expect(explain(new Error('The configuration is not valid'))).toBe('The configuration is not valid');
  });

  it('shows where our own mistakes are', () => {
    expect(explain(new TypeError('x is not a function'))).toContain('explain.spec');
  });
});
