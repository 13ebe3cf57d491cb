import { isTransient } from '@app/common';

const ATTEMPTS = 4;
/** Who has waited for a lock as long as the database lets one wait does so once more, and not again. */
const BEGUN_WITHIN_MS = 6_000;

/** Runs a whole transaction again that the database gave up for the sake of others: so often and so long, then it fails. */
export async function retryTransient<Result>(transaction: () => Promise<Result>): Promise<Result> {
  const begunAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      const isTimeUp = performance.now() - begunAt > BEGUN_WITHIN_MS;
      if (!isTransient(error) || attempt === ATTEMPTS || isTimeUp) throw error;
    }
  }
}
