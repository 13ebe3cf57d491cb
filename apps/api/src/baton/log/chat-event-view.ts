import type { ChatEventData, ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';

export type ToolEventData = ChatEventData['tool.called'] | ChatEventData['tool.returned'];

/**
 * The one place that says what of an event a reader sees, whichever way it is read; null when nothing. Agents see everything. Others do not
 * see what is for agents only, and of the calls of tools not what these are told and answer.
 */
export function viewOf(
  { event, audience }: { event: ChatEventEnvelope; audience: EventAudience },
  reader: EventAudience,
): ChatEventEnvelope | null {
  if (reader === 'agents') return event;
  if (audience === 'agents') return null;
  const isToolEvent = event.type === 'tool.called' || event.type === 'tool.returned';
  return isToolEvent ? ({ ...event, data: withoutContents(event.data) } as ChatEventEnvelope) : event;
}

export const withoutContents = (data: ToolEventData): ToolEventData =>
  'outcome' in data ? { ...data, output: null } : { ...data, arguments: null };
