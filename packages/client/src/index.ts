export * from './baton.js';
export { DisconnectedError, ProblemError, UnexpectedResponseError } from './errors.js';
export * from './generated/api/index.js';
export type * from './generated/contracts/index.js';
// Both documents name it, and mean the same.
export type { ErrorCode } from './generated/contracts/index.js';
export { newIdempotencyKey } from './idempotency-key.js';
export type { ChatStreamEvent, CompletionEndedEvent, CompletionEvent, DeltaEvent } from './streams/events.js';
export type { ReconnectOptions } from './streams/resumed-stream.js';
export { readServerSentEvents } from './streams/server-sent-events.js';
