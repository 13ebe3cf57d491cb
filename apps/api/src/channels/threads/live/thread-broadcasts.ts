import type { ChatEventEnvelope, ThreadsServerEvents, ThreadWords } from '@app/contracts';
import { threadIdOf } from '../thread-ids.js';
import { statusOf } from '../thread-status.js';

/** One event of the socket. */
export type Broadcast = {
  [Name in keyof ThreadsServerEvents]: {
    name: Name;
    /** What everybody may hear who may hear of the thread: the rest is read where rights are checked. */
    news: Parameters<ThreadsServerEvents[Name]>[0];
    /** What was said, for those who hear everything. */
    words?: Pick<ThreadWords, 'message'>;
  };
}[keyof ThreadsServerEvents];

/** What the socket tells of an event in a thread's log, whichever surface caused it. */
export function broadcastOf(event: ChatEventEnvelope): Broadcast | null {
  const thread_id = threadIdOf(event.chatId);
  const news = { thread_id };
  if (event.type === 'message.completed')
    return event.data.text === '' ? null : { name: `lead_chats-${thread_id}`, news };
  if (event.type === 'message.created') {
    const { author, text: message, turnId } = event.data;
    if (author === 'agent') return { name: `agent_msg-${thread_id}`, news, words: { message } };
    // What an assistant answers is told with the answer.
    const isForAgents = author === 'customer' && turnId === null;
    return isForAgents ? { name: `lead_msg-${thread_id}`, news, words: { message } } : null;
  }
  if (event.type !== 'ownership.changed') return null;
  const { from, to, reason } = event.data;
  const status = statusOf({ owner: to, endReason: reason });
  const hasChanged = from === 'closed' || status !== statusOf({ owner: from, endReason: null });
  return hasChanged ? { name: 'thread_status_change', news: { thread_id, status } } : null;
}
