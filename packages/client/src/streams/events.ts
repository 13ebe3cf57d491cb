import type { EventSourceMessage } from 'eventsource-parser';
import type { ChatCompletionResponseDto } from '../generated/api/index.js';
import type { ChatEventData, ChatEventEnvelope, MessageDelta } from '../generated/contracts/index.js';

/** Text of a running answer: it joins on to the text that came before. */
export interface DeltaEvent {
  type: 'message.delta';
  data: MessageDelta;
}

/** A numbered event of a chat's log, or text of the answer that is running. */
export type ChatStreamEvent = (ChatEventEnvelope | DeltaEvent) & {
  /** Where a stream goes on after this event, `seq:offset`: the value of `Last-Event-ID`. */
  position: string;
};

/** The end of an answer. `handed_over`: no bot answers, because the chat waits for a person or is held by one. */
export interface CompletionEndedEvent {
  type: 'turn.ended';
  data: {
    status: ChatEventData['turn.ended']['status'] | 'handed_over';
    completion: ChatCompletionResponseDto;
    /** Why the status is `failed`. */
    error?: ChatEventData['turn.ended']['error'];
  };
}

/** What happens between a customer's message and the end of its answer. */
export type CompletionEvent =
  Extract<ChatStreamEvent, { type: Exclude<ChatStreamEvent['type'], 'turn.ended'> }> | CompletionEndedEvent;

export function toStreamEvent<Event extends ChatStreamEvent | CompletionEvent>(message: EventSourceMessage): Event {
  const data = JSON.parse(message.data) as object;
  const event = 'seq' in data ? data : { type: message.event, data };
  return { ...event, position: message.id } as Event;
}
