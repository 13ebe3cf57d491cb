import { ERRORS, type ErrorCode, type FieldProblem } from '@app/contracts';

export interface AppErrorOptions {
  /** What went wrong this time, for the caller to read. Never holds a secret or a foreign server's raw text. */
  detail?: string;
  errors?: FieldProblem[];
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The only error that services throw: transport-free, with a stable code. Filters turn it into a problem. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors?: FieldProblem[];
  readonly retryAfterSeconds?: number;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Whether it is an error of ours with one of these codes. */
export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is AppError =>
  error instanceof AppError && codes.includes(error.code);

/** There is a place again when another reader leaves, which is a matter of seconds. */
export const instanceFull = (detail: string): AppError =>
  new AppError('INSTANCE_FULL', { detail, retryAfterSeconds: 5 });

/** A missing resource and one of another user look the same: 404. */
export const notFound = (what: string): AppError => new AppError('NOT_FOUND', { detail: `${what} was not found.` });
