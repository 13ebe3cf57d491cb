import { existsSync } from 'node:fs';
import pino from 'pino';
import { eventually } from '../../../../test/support/eventually.js';
import { logDestination } from './log-destination.js';

/** A file without room, where the system has one. */
const FULL = '/dev/full';

describe('the destination of the log', () => {
  it('costs nothing but lines when there is no room for them', async () => {
    if (!existsSync(FULL)) return;
    const failures: string[] = [];
    const destination = logDestination(FULL) as ReturnType<typeof pino.destination>;
    destination.on('error', ({ code }: NodeJS.ErrnoException) => failures.push(code ?? ''));
    const log = pino({}, destination);
    for (let line = 1; line <= 3; line++) {
      log.error('no room for this');
      await eventually(() => failures.length >= line);
    }
    expect(new Set(failures)).toEqual(new Set(['ENOSPC']));
    destination.removeAllListeners();
  });
});
