import { adoptDatabaseTime, databaseTime } from './database-time.js';

const HOUR_MS = 3_600_000;

describe('databaseTime', () => {
  afterEach(() => adoptDatabaseTime(new Date()));

  it.each([3 * HOUR_MS, -5 * HOUR_MS])('is that of the database, whose clock differs by %d ms', (difference) => {
    adoptDatabaseTime(new Date(Date.now() + difference));
    expect(Math.abs(databaseTime().getTime() - Date.now() - difference)).toBeLessThan(HOUR_MS / 60);
  });

  it('is the own one where both agree', () => {
    adoptDatabaseTime(new Date(Date.now() + 500));
    expect(databaseTime().getTime()).toBeLessThanOrEqual(Date.now());
  });
});
