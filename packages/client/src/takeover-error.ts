import type { Problem } from '@app/contracts';

/** The server refused a command or a connection; `problem` says why. */
export class TakeoverError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'TakeoverError';
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }
}

/** The connection was lost before an answer came, or was never there: nobody knows whether the command had an effect. */
export class DisconnectedError extends Error {
  constructor(message = 'The connection was lost before the answer came.') {
    super(message);
    this.name = 'DisconnectedError';
  }
}
