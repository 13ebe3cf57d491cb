import type { ChatEventEnvelope, ThreadsServerEvents } from '@app/contracts';
import { threadIdOf } from '../thread-ids.js';
import { mapMessage } from '../thread-message.dto.js';
import { statusOf } from '../thread-status.js';

/** One event of the socket. */
export type Broadcast = {
  [Name in keyof ThreadsServerEvents]: { name: Name; payload: Parameters<ThreadsServerEvents[Name]>[0] };
}[keyof ThreadsServerEvents];

/** What the socket sends for an event in a thread's log, whichever surface caused it. */
export function broadcastOf({ chatId, at, ...event }: ChatEventEnvelope): Broadcast | null {
  const thread_id = threadIdOf(chatId);
  if (event.type === 'message.completed')
    return event.data.text === '' ? null : { name: `lead_chats-${thread_id}`, payload: { thread_id } };
  if (event.type === 'message.created') {
    const { messageId, author, text, turnId } = event.data;
    const stored = { id: messageId, author, text, turnId, botId: null, createdAt: new Date(at) };
    const message = mapMessage(chatId, stored);
    if (author === 'agent') return { name: `agent_msg-${thread_id}`, payload: { thread_id, message } };
    // A question to an assistant is announced with its answer.
    const isForAgents = author === 'customer' && turnId === null;
    return isForAgents ? { name: `lead_msg-${thread_id}`, payload: { thread_id, message } } : null;
  }
  if (event.type !== 'ownership.changed') return null;
  const { from, to, reason } = event.data;
  const status = statusOf({ owner: to, endReason: reason });
  const hasChanged = from === 'closed' || status !== statusOf({ owner: from, endReason: null });
  return hasChanged ? { name: 'thread_status_change', payload: { thread_id, status } } : null;
}
