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

export const THREAD_ROLES = ['user', 'assistant', 'agent'] as const;
export type ThreadRole = (typeof THREAD_ROLES)[number];

/** A message as the list of a thread's messages shows it. Clients append it to that list as it is. */
export interface ThreadMessage {
  id: string;
  object: 'thread.message';
  /** Seconds since 1970. */
  created_at: number;
  thread_id: string;
  role: ThreadRole;
  content: { type: 'text'; text: { value: string; annotations: [] } }[];
  assistant_id: string | null;
  run_id: string | null;
  attachments: [];
  metadata: object;
}

/** The thread has a new answer: clients read its messages again. */
export interface ThreadNews {
  thread_id: string;
}

export interface ThreadMessageNews extends ThreadNews {
  message: ThreadMessage;
}

export interface ThreadStatusChange extends ThreadNews {
  status: ThreadStatus;
}

/** The events carry the thread's id in their names. */
export interface ThreadsServerEvents {
  /** The assistant has answered. */
  [answered: `lead_chats-${string}`]: (news: ThreadNews) => void;
  /** The lead has written, and an agent is to answer. */
  [asked: `lead_msg-${string}`]: (news: ThreadMessageNews) => void;
  /** An agent has written. */
  [helped: `agent_msg-${string}`]: (news: ThreadMessageNews) => void;
  thread_status_change: (change: ThreadStatusChange) => void;
}
