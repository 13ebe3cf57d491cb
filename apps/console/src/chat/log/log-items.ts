import type { Actor } from '@baton/client';
import { isSameDay } from '../../texts/moments.js';
import type { ConversationLine, Message } from '../conversation.js';
import type { Sending } from '../reply/outbox.js';

/** What the log shows, one below the other. */
export type LogItem =
  | { kind: 'edge'; id: string }
  | { kind: 'day'; id: string; at: string }
  | { kind: 'line'; id: string; line: ConversationLine; isFollowUp: boolean }
  | { kind: 'sending'; id: string; sending: Sending }
  | { kind: 'typing'; id: string; actor: Actor };

const PAUSE_MS = 10 * 60_000;

export function logItems(
  lines: readonly ConversationLine[],
  outbox: readonly Sending[],
  typist: Actor | undefined,
): LogItem[] {
  const items: LogItem[] = [{ kind: 'edge', id: 'top' }];
  let before: ConversationLine | undefined;
  for (const line of lines) {
    if (before === undefined || !isSameDay(before.at, line.at))
      items.push({ kind: 'day', id: `day-${line.id}`, at: line.at });
    items.push({ kind: 'line', id: line.id, line, isFollowUp: isFollowUp(before, line) });
    before = line;
  }
  for (const sending of outbox) items.push({ kind: 'sending', id: sending.id, sending });
  if (typist !== undefined) items.push({ kind: 'typing', id: 'typing', actor: typist });
  items.push({ kind: 'edge', id: 'bottom' });
  return items;
}

/** Whether the same one goes on speaking. */
function isFollowUp(before: ConversationLine | undefined, line: ConversationLine): boolean {
  if (before?.kind !== 'message' || line.kind !== 'message') return false;
  const isSame = before.author === line.author && before.name === line.name && isWhole(before);
  return isSame && Date.parse(line.at) - Date.parse(before.at) < PAUSE_MS && isSameDay(before.at, line.at);
}

const isWhole = ({ status, failedDelivery }: Message): boolean => status === 'complete' && failedDelivery === null;
