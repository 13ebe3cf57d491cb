import type { SocketDescription } from '@app/common';
import {
  THREAD_STATUSES,
  THREADS_NAMESPACE,
  type ThreadNews,
  type ThreadsHandshake,
  type ThreadStatus,
  type ThreadStatusChange,
  type ThreadWords,
} from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { THREAD_ID } from '../thread.dto.js';

/** What a connection says about itself: the `auth` of its handshake. */
export class ThreadsHandshakeDto implements ThreadsHandshake {
  /** Of an agent or administrator, who hears of all threads. */
  @ApiProperty({ required: false, example: 'bt_4fE0Yk3cQm1sXv8aPz6uJ2rT9wL5hN7dB0gC3iK8oM' })
  token?: string;
  /** Without a token: the one thread to hear of. May also be in the query of the address. */
  @ApiProperty({ required: false, example: THREAD_ID })
  thread_id?: string;
}

export class ThreadNewsDto implements ThreadNews {
  @ApiProperty({ example: THREAD_ID })
  thread_id: string;
}

export class ThreadWordsDto extends ThreadNewsDto implements ThreadWords {
  /** What was said; told with `THREADS_OPEN` alone. */
  @ApiProperty({ required: false, example: 'Hello, what can you do?' })
  message?: string;
}

export class ThreadStatusChangeDto extends ThreadNewsDto implements ThreadStatusChange {
  @ApiProperty({ enum: THREAD_STATUSES, example: 'agent_takeover' })
  status: ThreadStatus;
}

export const THREADS_SOCKET: SocketDescription = {
  key: 'threads',
  namespace: THREADS_NAMESPACE,
  description:
    'What happens in the threads of the threads API. Nobody says anything here. Handshake: `ThreadsHandshakeDto`; with ' +
    '`THREADS_OPEN` nothing need be shown, and everybody hears everything. `{thread_id}` in the name of an event is the id of the thread.',
  handshake: ThreadsHandshakeDto,
  events: [
    {
      operation: 'sendAssistantMessage',
      name: 'lead_chats-{thread_id}',
      summary: 'The assistant has answered.',
      payload: ThreadNewsDto,
    },
    {
      operation: 'sendLeadMessage',
      name: 'lead_msg-{thread_id}',
      summary: 'The lead has written, and an agent is to answer.',
      payload: ThreadWordsDto,
    },
    {
      operation: 'sendAgentMessage',
      name: 'agent_msg-{thread_id}',
      summary: 'An agent has written.',
      payload: ThreadWordsDto,
    },
    {
      operation: 'sendThreadStatus',
      name: 'thread_status_change',
      summary: 'The status of a thread has changed.',
      payload: ThreadStatusChangeDto,
    },
  ],
};
