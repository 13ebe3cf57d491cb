import type { Problem } from './generated/contracts/index.js';

/** The server refused a request, a command or a connection; `problem` says why. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    /** How long the server asks to wait before another try. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail);
    this.name = 'ProblemError';
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }
}

/** An error whose body is not a problem: a proxy's answer, or that of a route whose errors have a form of their own. */
export class UnexpectedResponseError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(`The server answered with status ${status}.`);
    this.name = 'UnexpectedResponseError';
  }
}

/** The connection was lost before the answer arrived, or could not be made: whether the request had an effect is unknown. */
export class DisconnectedError extends Error {
  constructor(message = 'The connection was lost before the answer arrived.') {
    super(message);
    this.name = 'DisconnectedError';
  }
}

export const isProblem = (data: unknown): data is Problem =>
  typeof data === 'object' && data !== null && 'code' in data && 'status' in data && 'detail' in data;

/** What a response that is no success is thrown as. */
export function errorOf(response: Response, body: unknown): ProblemError | UnexpectedResponseError {
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterSeconds = seconds > 0 ? seconds : null;
  return isProblem(body)
    ? new ProblemError(body, retryAfterSeconds)
    : new UnexpectedResponseError(response.status, body, retryAfterSeconds);
}
