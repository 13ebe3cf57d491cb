// Copied from libs/contracts/src: do not edit.

/** The socket.io namespace in which the threads API tells what happens: the nameless one. */
export const THREADS_NAMESPACE = '/';

/** What a socket says about itself when it connects: the token of an agent, or the thread that it wants to hear of. */
export interface ThreadsHandshake {
  token?: string;
  thread_id?: string;
}

export const THREAD_STATUSES = ['active', 'agent_takeover', 'inactive_chat', 'window_closed'] as const;
export type ThreadStatus = (typeof THREAD_STATUSES)[number];

/** Something was said: what it was is read where rights are checked. */
export interface ThreadNews {
  thread_id: string;
}

export interface ThreadWords extends ThreadNews {
  /** What was said; told with `THREADS_OPEN` alone. */
  message?: string;
}

export interface ThreadStatusChange extends ThreadNews {
  status: ThreadStatus;
}

/** The events carry the thread's id in their names. */
export interface ThreadsServerEvents {
  /** The assistant has answered. */
  [answered: `lead_chats-${string}`]: (news: ThreadNews) => void;
  /** The lead has written, and an agent is to answer. */
  [asked: `lead_msg-${string}`]: (words: ThreadWords) => void;
  /** An agent has written. */
  [helped: `agent_msg-${string}`]: (words: ThreadWords) => void;
  thread_status_change: (change: ThreadStatusChange) => void;
}
