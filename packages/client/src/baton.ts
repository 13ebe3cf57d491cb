import { errorOf } from './errors.js';
import { createClient } from './generated/api/client/index.js';
import {
  BatonClient,
  type CreateCompletionData,
  type GetChatEventsData,
  type GetTakeoverChatEventsData,
  type Options,
} from './generated/api/index.js';
import { newIdempotencyKey } from './idempotency-key.js';
import { toStreamEvent, type ChatStreamEvent, type CompletionEvent } from './streams/events.js';
import { readResumed, type ReconnectOptions } from './streams/resumed-stream.js';
import type { ResponseBody } from './streams/server-sent-events.js';

export interface BatonOptions {
  /** The address of the server. */
  url: string;
  /** An API key, JWT or visitor token; a function is asked for every request. Without one, requests are anonymous. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Sent with every request. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

type StreamOptions<Data extends { url: string }> = Omit<Options<Data>, 'headers'> &
  ReconnectOptions & { headers?: Record<string, string> };
type StreamRequest = { headers: Record<string, string>; parseAs: 'stream' };

/**
 * A Baton server: its operations, which return the body and throw a `ProblemError` when the server refuses, and its streams of events,
 * which reconnect by themselves.
 */
export class Baton extends BatonClient {
  constructor({ url, token, headers, fetch }: BatonOptions) {
    const auth = typeof token === 'function' ? async () => token() : token;
    const client = createClient({ baseUrl: url.replace(/\/+$/, ''), auth, headers, fetch, throwOnError: true });
    client.interceptors.error.use((error, response) =>
      response === undefined || response.ok ? error : errorOf(response, error),
    );
    super({ client });
  }

  /**
   * Says something and yields the answer as it is given, up to and with `turn.ended`, whose data holds the completion.
   *
   * When the connection is lost the request is repeated with its `Idempotency-Key`: the message is not said twice, and the answer goes on
   * after the last event. Leaving the loop does not stop the bot; `stopCurrentTurn` does.
   */
  async *streamCompletion(options: StreamOptions<CreateCompletionData>): AsyncGenerator<CompletionEvent> {
    const headers = { 'Idempotency-Key': newIdempotencyKey(), ...options.headers };
    const events = follow<CompletionEvent>((request) => this.createCompletion({ ...options, ...request }), {
      ...options,
      headers,
    });
    for await (const event of events) {
      yield event;
      if (event.type === 'turn.ended') return;
    }
  }

  /** Yields the events of a chat after `query.after` (without it, all of them) and then those that follow. Does not end by itself. */
  followChatEvents(options: StreamOptions<GetChatEventsData>): AsyncGenerator<ChatStreamEvent> {
    return follow((request) => this.getChatEvents({ ...options, ...request }), options);
  }

  /** The same for agents: of any chat, with notes and whispers. */
  followTakeoverChatEvents(options: StreamOptions<GetTakeoverChatEventsData>): AsyncGenerator<ChatStreamEvent> {
    return follow((request) => this.getTakeoverChatEvents({ ...options, ...request }), options);
  }
}

async function* follow<Event extends ChatStreamEvent | CompletionEvent>(
  send: (request: StreamRequest) => Promise<unknown>,
  { headers, ...options }: ReconnectOptions & { headers?: object },
): AsyncGenerator<Event> {
  const open = (position: string | undefined): Promise<ResponseBody> => {
    const streamed = { Accept: 'text/event-stream', ...(position !== undefined && { 'Last-Event-ID': position }) };
    // With `parseAs: 'stream'` an operation returns the body unread, whatever its type says.
    return send({ headers: { ...headers, ...streamed }, parseAs: 'stream' }) as Promise<ResponseBody>;
  };
  for await (const message of readResumed(open, options)) yield toStreamEvent<Event>(message);
}
