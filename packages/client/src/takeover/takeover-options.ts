import type { ChatEventEnvelope, Problem, TakeoverHandshake, TransientEvent } from '../generated/contracts/index.js';

export interface TakeoverOptions {
  /** The address of the server. */
  url: string;
  /** An API key or JWT; a function is asked again for every connection, and once more a moment after it has failed. */
  token?: string | (() => string | Promise<string>);
  /** Without a token: the id of a chat that needs no account. */
  chatId?: string;
  /** How long a command may take, including reconnections. */
  timeoutMs?: number;
  /** Sent with the handshake; browsers send their own. */
  headers?: Record<string, string>;
}

export interface TakeoverListeners {
  /** A numbered event of a watched chat: in order, each once, across reconnections. */
  event: (event: ChatEventEnvelope) => void;
  /** Text of running answers (without gaps and repetitions), typing, places in line, changes of the queue. */
  transient: (event: TransientEvent) => void;
  connected: () => void;
  /** `problem` says why when the server ended the connection or refused it; then it does not come back by itself. */
  disconnected: (problem: Problem | null) => void;
}

/** What the connection says about itself now. */
export async function handshakeOf(
  token: TakeoverOptions['token'],
  chatId: string | undefined,
): Promise<TakeoverHandshake> {
  const current = typeof token === 'function' ? await token() : token;
  return { ...(current !== undefined && { token: current }), ...(chatId !== undefined && { chatId }) };
}
