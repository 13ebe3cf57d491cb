import type { SocketDescription } from '@app/common';
import {
  THREAD_STATUSES,
  THREADS_NAMESPACE,
  type ThreadMessageNews,
  type ThreadNews,
  type ThreadsHandshake,
  type ThreadStatus,
  type ThreadStatusChange,
} from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { ThreadMessageDto } from '../thread-message.dto.js';
import { THREAD_ID } from '../thread.dto.js';

/** What a connection says about itself: the `auth` of its handshake. */
export class ThreadsHandshakeDto implements ThreadsHandshake {
  /** Of an agent or administrator, who is notified of all threads. */
  @ApiProperty({ required: false, example: 'bt_4fE0Yk3cQm1sXv8aPz6uJ2rT9wL5hN7dB0gC3iK8oM' })
  token?: string;
  /** Without a token: the one thread to be notified of. May also be in the query of the address. */
  @ApiProperty({ required: false, example: THREAD_ID })
  thread_id?: string;
}

export class ThreadNewsDto implements ThreadNews {
  @ApiProperty({ example: THREAD_ID })
  thread_id: string;
}

export class ThreadMessageNewsDto extends ThreadNewsDto implements ThreadMessageNews {
  /** The message, as `GET /threads/{threadId}/messages` lists it. */
  @ApiProperty({ type: ThreadMessageDto })
  message: ThreadMessageDto;
}

export class ThreadStatusChangeDto extends ThreadNewsDto implements ThreadStatusChange {
  @ApiProperty({ enum: THREAD_STATUSES, example: 'agent_takeover' })
  status: ThreadStatus;
}

export const THREADS_SOCKET: SocketDescription = {
  key: 'threads',
  namespace: THREADS_NAMESPACE,
  description:
    'What happens in the threads of the threads API, from the server to its clients alone. Handshake: `ThreadsHandshakeDto`; with ' +
    '`THREADS_OPEN` it may be empty, and every connection receives the events of all threads. `{thread_id}` in the name of an event is ' +
    'the id of the thread.',
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
      payload: ThreadMessageNewsDto,
    },
    {
      operation: 'sendAgentMessage',
      name: 'agent_msg-{thread_id}',
      summary: 'An agent has written.',
      payload: ThreadMessageNewsDto,
    },
    {
      operation: 'sendThreadStatus',
      name: 'thread_status_change',
      summary: 'The status of a thread has changed.',
      payload: ThreadStatusChangeDto,
    },
  ],
};
