import type { ChatEventData, ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';

export type ToolEventData = ChatEventData['tool.called'] | ChatEventData['tool.returned'];

/**
 * What a reader sees of an event, however it is read; null for nothing. Agents see everything. Customers do not see events for agents, nor
 * the arguments and outputs of tool calls.
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
