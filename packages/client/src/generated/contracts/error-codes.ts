// Copied from libs/contracts/src: do not edit.

/**
 * Every error a caller can meet, by its stable code. The code never changes once released; title and status describe it.
 * The same table serves HTTP (problem+json), the `error` event of a stream and the negative socket acknowledgement.
 */
export const ERRORS = {
  // The request itself
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid' },
  MALFORMED_BODY: { status: 400, title: 'The body is not valid JSON' },
  UNAUTHENTICATED: { status: 401, title: 'Authentication is required' },
  INVALID_TOKEN: { status: 401, title: 'The token is not valid' },
  SIGN_IN_FAILED: { status: 401, title: 'The sign-in at the identity provider failed' },
  CROSS_SITE_REQUEST: { status: 403, title: 'The session of a browser is for pages of this server only' },
  FORBIDDEN: { status: 403, title: 'You may not do this' },
  TERMS_NOT_ACCEPTED: { status: 403, title: 'The terms have not been accepted' },
  CHANNEL_OFF: { status: 404, title: 'This channel is not set up on this server' },
  AUTH_UNAVAILABLE: { status: 503, title: 'Tokens cannot be checked at the moment' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This method is not allowed here' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  URI_TOO_LONG: { status: 414, title: 'The address is too long' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'This content type is not supported' },
  EXPECTATION_FAILED: { status: 417, title: 'This expectation cannot be met' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  DATABASE_BUSY: { status: 503, title: 'The database is busy with this at the moment' },
  DATABASE_UNREACHABLE: {
    status: 503,
    title: 'The database cannot be reached; whether this has been done is not known',
  },
  STORAGE_FULL: { status: 503, title: 'There is no room to store anything at the moment; reading works' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },

  // State
  CONFLICT: { status: 409, title: 'The current state does not allow this' },
  CODE_TAKEN: { status: 409, title: 'This code is already in use' },
  SERVICE_IN_USE: { status: 409, title: 'This service is in use' },
  OUTDATED_CHAT: { status: 409, title: 'The chat has moved on' },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'A request with this Idempotency-Key is still running' },
  IDEMPOTENCY_OUTCOME_UNKNOWN: { status: 409, title: 'A request with this Idempotency-Key was cut off' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This Idempotency-Key was used for another request' },
  CHAT_HELD: { status: 409, title: 'Another agent has claimed the chat' },
  CHAT_NOT_HELD: { status: 409, title: 'You do not hold the chat' },
  CHAT_CLOSED: { status: 409, title: 'The chat is closed' },
  CHAT_QUEUE_FULL: { status: 429, title: 'Too many messages are waiting in this chat' },
  NO_RUNNING_TURN: { status: 409, title: 'The bot is not answering at the moment' },

  // Turns and providers
  BOTS_STOPPED: { status: 503, title: 'The bots are stopped' },
  BOT_NOT_READY: { status: 503, title: 'The bot has no usable service' },
  SECRET_UNREADABLE: { status: 503, title: 'A stored key cannot be decrypted' },
  MODEL_SERVICE_UNAVAILABLE: { status: 503, title: 'No model service of the bot is available at the moment' },
  BUDGET_EXCEEDED: { status: 429, title: 'A budget is used up for its day or month' },
  MODEL_UNPRICED: { status: 503, title: 'The model has no price, and the server makes no calls without one' },
  INSTANCE_FULL: { status: 503, title: 'The server serves as many as it can at the moment' },
  NOT_READY: { status: 503, title: 'The server cannot serve requests at the moment' },
  SHUTTING_DOWN: { status: 503, title: 'The server is shutting down' },
  TURN_REPEATED: { status: 503, title: 'The answer was interrupted and is restarted' },
  TURN_INTERRUPTED: { status: 503, title: 'The answer was interrupted' },
  TURN_SUPERSEDED: { status: 409, title: 'The answer was superseded' },
  TURN_DEADLINE_EXCEEDED: { status: 504, title: 'The answer took too long' },
  PROVIDER_UNREACHABLE: { status: 502, title: 'The model service cannot be reached' },
  PROVIDER_AUTH_FAILED: { status: 502, title: 'The model service refused our credentials' },
  PROVIDER_REQUEST_REJECTED: { status: 502, title: 'The model service rejected the request' },
  PROVIDER_MODEL_NOT_FOUND: { status: 502, title: 'The model service does not know this model' },
  PROVIDER_ERROR: { status: 502, title: 'The model service failed' },
  PROVIDER_INCOMPLETE: { status: 502, title: 'The model service ended its answer early' },
  PROVIDER_ANSWER_CUT: { status: 502, title: 'The model reached a limit before its answer was complete' },
  PROVIDER_SCHEMA_MISMATCH: { status: 502, title: 'The answer of the model does not fit the schema of the bot' },
  PROVIDER_CONTEXT_EXCEEDED: { status: 413, title: 'The conversation is too long for the model' },
  PROVIDER_CONTENT_FILTERED: { status: 422, title: 'The model service refuses this content' },
  PROVIDER_MALFORMED: { status: 502, title: 'The model service sent something unreadable' },
  PROVIDER_RATE_LIMITED: { status: 503, title: 'The model service is busy' },
  PROVIDER_QUOTA_EXCEEDED: { status: 503, title: 'The quota of the model service is used up' },
  PROVIDER_TIMEOUT: { status: 504, title: 'The model service did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** One field of the request that is wrong. `path` is a dotted path into the body, or the name of a parameter. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** RFC 9457 problem details: the one shape of an error on every transport. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string | null;
  /** Only where traces are collected. */
  traceId?: string;
  errors?: FieldProblem[];
}
