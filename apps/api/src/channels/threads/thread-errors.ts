import { AppError } from '@app/common';
import type { ThreadStatus } from '@app/contracts';

export const threadNotFound = (): AppError => new AppError('NOT_FOUND', { detail: 'Thread not found' });
export const assistantNotFound = (): AppError => new AppError('NOT_FOUND', { detail: 'Assistant not found' });

/** Nothing is said in a thread that has ended. */
export class ThreadEnded extends AppError {
  constructor(readonly threadStatus: ThreadStatus) {
    super('CHAT_CLOSED');
  }
}

/** An agent writes into a thread that no agent has taken over. */
export class ThreadNotTakenOver extends AppError {
  constructor() {
    super('CHAT_NOT_HELD');
  }
}
