/// <reference lib="es2024.string" />
import { AppError } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import { retryAfterOf, type AnswerHeaders } from './retry-after.js';
import { CODES_OF_SERVICES } from './service-codes.js';
import { readErrorBody, readServiceError, type ServiceError } from './service-error.js';

const LONGEST_PROVIDER_MESSAGE = 200;

/** What a service was shown, and must not be repeated when it quotes it. */
export type Secrets = string | readonly string[] | null;

export type ProviderErrorCode = Extract<ErrorCode, `PROVIDER_${string}`>;

export interface ProviderErrorOptions {
  detail?: string;
  retryable?: boolean;
  /** How long the service asks to be left alone. */
  retryAfterMs?: number;
  /** The HTTP status the service answered with, when it answered at all. */
  providerStatus?: number | null;
  cause?: unknown;
}

/** Any failure of a model service. Whether another attempt can help is decided here, whether one is made is the turn's matter. */
export class ProviderError extends AppError {
  declare readonly code: ProviderErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly providerStatus: number | null;

  constructor(code: ProviderErrorCode, options: ProviderErrorOptions = {}) {
    const { detail, retryAfterMs, cause } = options;
    super(code, { detail, retryAfterSeconds: retryAfterMs && Math.ceil(retryAfterMs / 1000), cause });
    this.name = 'ProviderError';
    this.retryAfterMs = retryAfterMs;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.providerStatus = options.providerStatus ?? null;
  }
}

const RETRYABLE: ReadonlySet<ProviderErrorCode> = new Set([
  'PROVIDER_UNREACHABLE',
  'PROVIDER_TIMEOUT',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_ERROR',
  'PROVIDER_INCOMPLETE',
]);

/** Where services have no code for it: the input is longer than the model takes. */
const TOO_LONG =
  /context (length|window|size)|(prompt|input|request) (is )?too (long|large)|too many (input )?tokens|(input|prompt)\b.{0,60}\bexceeds?\b.{0,60}\b(token|context|max|limit|length)|maximum (context|number of (input )?tokens|prompt length|model length)/is;
/** Where services have no code for it: the input is against their rules. */
const AGAINST_RULES =
  /content (filter|management|policy)|\bflagged\b|violat\w* .{0,60}polic|safety system|inappropriate content|data may contain/is;
const CAN_BE_TOO_LONG = new Set([400, 413, 422, 429, 500]);
const CAN_BE_AGAINST_RULES = new Set([400, 403, 422, 451]);

/** The error of an answer whose status is not 2xx. `body` is what could be read of it. */
export function errorFromAnswer(status: number, body: string, headers: AnswerHeaders, secrets: Secrets): ProviderError {
  const service = readErrorBody(body);
  return new ProviderError(codeForStatus(status, service), {
    detail: describe(`The model service answered ${status}`, service.message, secrets),
    providerStatus: status,
    retryAfterMs: retryAfterOf(headers, status),
  });
}

/** The error of an `error` or `response.failed` event inside a stream. */
export function errorFromEvent(error: unknown, secrets: Secrets): ProviderError {
  const service = readServiceError(error);
  const status = Number(service.code);
  const isStatus = status >= 400 && status < 600;
  const known = codeOfService(service);
  // Some reject a question by a code for every fault, and say in words that it is against their rules.
  const isVague = known === undefined || known === 'PROVIDER_REQUEST_REJECTED';
  const code = isStatus
    ? codeForStatus(status, service)
    : ((isVague ? codeOfMessage(service, 400) : undefined) ?? known);
  return new ProviderError(code ?? 'PROVIDER_ERROR', {
    detail: describe('The model service reported an error while answering', service.message, secrets),
  });
}

const PROXY_REFUSED = /Proxy response \((\d{3})\)/;

/** The error of a connection that could not be made, broke or fell silent. */
export function errorFromTransport(error: unknown, answerStarted: boolean): ProviderError {
  const code = networkCode(error);
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') {
    return new ProviderError('PROVIDER_TIMEOUT', {
      detail: `The model service did not answer in time (${code}).`,
      cause: error,
    });
  }
  const refused = PROXY_REFUSED.exec(error instanceof Error ? error.message : '')?.[1];
  if (refused !== undefined) {
    return new ProviderError('PROVIDER_UNREACHABLE', { detail: `The proxy answered ${refused} to the connection.` });
  }
  if (code === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    // Without the cause: it quotes what was received.
    return new ProviderError('PROVIDER_MALFORMED', { detail: 'The model service does not speak HTTP.' });
  }
  return answerStarted
    ? new ProviderError('PROVIDER_INCOMPLETE', {
        detail: `The connection broke in the middle of the answer (${code}).`,
        cause: error,
      })
    : new ProviderError('PROVIDER_UNREACHABLE', {
        detail: `The model service cannot be reached (${code}).`,
        cause: error,
      });
}

function networkCode(error: unknown): string {
  if (error instanceof Error && error.name === 'HTTPParserError') return error.name;
  const found: { code?: unknown; errors?: unknown; cause?: unknown } = isObject(error) ? error : {};
  if (typeof found.code === 'string') return found.code;
  if (Array.isArray(found.errors) && found.errors.length > 0) return networkCode(found.errors[0]);
  return found.cause ? networkCode(found.cause) : 'no code';
}

function codeForStatus(status: number, service: ServiceError): ProviderErrorCode {
  const known = codeOfService(service);
  const input = known !== undefined && ABOUT_INPUT.has(known) ? known : codeOfMessage(service, status);
  if (input !== undefined && known !== 'PROVIDER_QUOTA_EXCEEDED') return input;
  if (status === 401 || status === 403) return 'PROVIDER_AUTH_FAILED';
  if (status === 402 || /credit balance is too low/i.test(textOf(service.message))) return 'PROVIDER_QUOTA_EXCEEDED';
  if (status === 408 || status === 504) return 'PROVIDER_TIMEOUT';
  if (status === 429) return known === 'PROVIDER_QUOTA_EXCEEDED' ? known : 'PROVIDER_RATE_LIMITED';
  if (status === 409 || status >= 500) return 'PROVIDER_ERROR';
  if (known === 'PROVIDER_MODEL_NOT_FOUND') return known;
  if (status === 404 && /^model: |model\b.*\b(not found|not exist)/is.test(textOf(service.message)))
    return 'PROVIDER_MODEL_NOT_FOUND';
  return 'PROVIDER_REQUEST_REJECTED';
}

function codeOfService({ code, type }: ServiceError): ProviderErrorCode | undefined {
  for (const name of [code, type]) {
    const known = typeof name === 'string' ? CODES_OF_SERVICES.get(name) : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}

const ABOUT_INPUT: ReadonlySet<ProviderErrorCode> = new Set(['PROVIDER_CONTEXT_EXCEEDED', 'PROVIDER_CONTENT_FILTERED']);

function codeOfMessage({ message }: ServiceError, status: number): ProviderErrorCode | undefined {
  const text = textOf(message);
  if (CAN_BE_TOO_LONG.has(status) && TOO_LONG.test(text)) return 'PROVIDER_CONTEXT_EXCEEDED';
  if (CAN_BE_AGAINST_RULES.has(status) && AGAINST_RULES.test(text)) return 'PROVIDER_CONTENT_FILTERED';
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const textOf = (message: unknown): string => (typeof message === 'string' ? message.slice(0, 2000) : '');

function describe(what: string, message: unknown, secrets: Secrets): string {
  const said = sanitise(textOf(message), secrets);
  return said === '' ? `${what}.` : `${what}: ${said}`;
}

/** What a service said, short and without anything that could be a credential. */
export function sanitise(message: string, secrets: Secrets): string {
  const known = typeof secrets === 'string' ? [secrets] : (secrets ?? []);
  const clean = known
    .reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '[redacted]')), message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\/\/[^/\s@]*@/g, '//[redacted]@')
    .replace(/\bbearer\s+\S+/gi, '[redacted]')
    .replace(/\b(?:sk|pk|rk|bt|key|token|secret|api)[-_][^\s"',;]{6,}/gi, '[redacted]')
    .replace(/[^\s"',;]*\*{3,}[^\s"',;]*/g, '[redacted]')
    .replace(/\b(?=\w*\d)(?=\w*[a-z])\w{24,}/gi, '[redacted]')
    .trim();
  return clean.length > LONGEST_PROVIDER_MESSAGE
    ? `${clean.slice(0, LONGEST_PROVIDER_MESSAGE - 1)}…`.toWellFormed()
    : clean;
}
