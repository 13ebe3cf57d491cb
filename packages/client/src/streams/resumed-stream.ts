import type { EventSourceMessage } from 'eventsource-parser';
import { DisconnectedError, ProblemError, UnexpectedResponseError } from '../errors.js';
import type { StreamEventData } from '../generated/contracts/index.js';
import { readServerSentEvents, type ResponseBody } from './server-sent-events.js';

export interface ReconnectOptions {
  /** Ends the iteration: it throws the signal's reason. */
  signal?: AbortSignal | null;
  /** How many connections in a row may fail before the last error is thrown; about 40 seconds by default. */
  maxFailures?: number;
}

const MAX_FAILURES = 10;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 8000;
const TRANSIENT = new Set([429, 502, 503, 504]);

/**
 * Reads a stream of events over as many connections as it takes. Each connection begins after the last event that was read; `open` is told
 * its id.
 */
export async function* readResumed(
  open: (lastEventId: string | undefined) => Promise<ResponseBody>,
  { signal, maxFailures = MAX_FAILURES }: ReconnectOptions,
): AsyncGenerator<EventSourceMessage> {
  let lastEventId: string | undefined;
  let failures = 0;
  for (;;) {
    let connectedAt = Infinity;
    let hasYielded = false;
    let failure: Error = new DisconnectedError();
    try {
      const body = await open(lastEventId);
      connectedAt = Date.now();
      for await (const event of readServerSentEvents(body)) {
        if (event.event === 'stream.closed') break;
        if (event.event === 'error')
          throw new ProblemError((JSON.parse(event.data) as StreamEventData['error']).problem);
        hasYielded = true;
        lastEventId = event.id ?? lastEventId;
        yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error)) throw error;
      failure = error;
    }
    // A quiet stream that is cut now and then does not fail.
    failures = hasYielded || Date.now() - connectedAt > MAX_DELAY_MS ? 0 : failures + 1;
    if (failures > maxFailures) throw failure;
    await delay(delayAfter(failure, failures), signal);
  }
}

/** The network failed (`fetch` throws a TypeError, of whatever realm it is from), or the server says that it will be back. */
function isTransient(error: unknown): error is Error {
  if (error instanceof ProblemError || error instanceof UnexpectedResponseError) return TRANSIENT.has(error.status);
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

function delayAfter(failure: Error, failures: number): number {
  const askedMs = 'retryAfterSeconds' in failure ? Number(failure.retryAfterSeconds) * 1000 : 0;
  const backoffMs = Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS);
  // Readers that were cut at the same time do not all come back at the same time.
  return Math.max(askedMs, backoffMs * (0.5 + Math.random() / 2));
}

async function delay(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
  signal?.throwIfAborted();
}
