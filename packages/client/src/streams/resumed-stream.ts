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
const FIRST_DELAY_MS = 250;
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
    const connectedAt = Date.now();
    let failure: Error = new DisconnectedError();
    try {
      for await (const event of readServerSentEvents(await open(lastEventId))) {
        if (event.event === 'stream.closed') break;
        if (event.event === 'error')
          throw new ProblemError((JSON.parse(event.data) as StreamEventData['error']).problem);
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error)) throw error;
      failure = error;
    }
    // A quiet stream that is cut now and then does not fail.
    failures = Date.now() - connectedAt > MAX_DELAY_MS ? 1 : failures + 1;
    if (failures > maxFailures) throw failure;
    await delay(delayAfter(failure, failures), signal);
  }
}

/** The network failed (`fetch` throws a TypeError, a body that breaks off does too), or the server will be back. */
const isTransient = (error: unknown): error is Error =>
  error instanceof TypeError ||
  ((error instanceof ProblemError || error instanceof UnexpectedResponseError) && TRANSIENT.has(error.status));

function delayAfter(failure: Error, failures: number): number {
  const askedMs = 'retryAfterSeconds' in failure ? Number(failure.retryAfterSeconds) * 1000 : 0;
  const backoffMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  // Readers that were cut at the same time do not all come back at the same time.
  return Math.max(askedMs, backoffMs * (0.5 + Math.random() / 2));
}

async function delay(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
  signal?.throwIfAborted();
}
