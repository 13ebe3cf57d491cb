import { writeFileSync } from 'node:fs';
import { retryAfterOf, toProblem } from '../http/problems/problem.js';
import { isStorageFull } from './storage-full.js';

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

describe('isStorageFull', () => {
  it.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG'])(
    'knows %s, thrown by itself or through TypeORM',
    (code) => {
      const error = coded(code);
      expect([error, Object.assign(new Error('failed'), { driverError: error })].map(isStorageFull)).toEqual([
        true,
        true,
      ]);
    },
  );

  it('knows what a storage engine passes on', () => {
    const full = coded('ER_GET_ERRNO', 'Got error 28 "No space left on device" from storage engine InnoDB');
    const other = coded('ER_GET_ERRNO', 'Got error 128 "Unknown error" from storage engine InnoDB');
    expect([full, other].map(isStorageFull)).toEqual([true, false]);
  });

  it('is a problem of its own, with a time to come back', () => {
    let thrown: unknown;
    try {
      writeFileSync('/dev/full', 'text');
    } catch (error) {
      thrown = error;
    }
    if (thrown === undefined) thrown = coded('ENOSPC');
    expect(toProblem(thrown, null)).toMatchObject({ status: 503, code: 'STORAGE_FULL' });
    expect(retryAfterOf(thrown)).toBe(10);
  });

  it.each([null, undefined, 'ENOSPC', new Error('no code')])('is not misled by %p', (thrown) =>
    expect(isStorageFull(thrown)).toBe(false),
  );
});
