import type { Problem } from './error-codes.js';
import type { AgentName, ChatOwner, OwnershipReason } from './ownership.js';

/** Who speaks or acts. `name` is what people are shown. */
export interface Actor {
  kind: 'customer' | 'bot' | 'agent' | 'system';
  id: string | null;
  name: string;
}

export type TurnStatus = 'queued' | 'running' | 'completed' | 'interrupted' | 'failed' | 'superseded';
export type MessageStatus = 'complete' | 'interrupted' | 'failed';

/** Tokens of one answer. `isEstimated` when the service did not report them or the answer was cut. */
export interface TurnUsage {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  isEstimated: boolean;
}

/** What the log of a chat holds, by type. Every event of a chat has a number: 1, 2, 3, … without gaps. */
export interface ChatEventData {
  /** Somebody wrote a message that is complete at once: a customer or an agent. `turnId` is the turn that answers it. */
  'message.created': {
    messageId: string;
    author: 'customer' | 'agent' | 'system';
    text: string;
    turnId: string | null;
  };
  /** The bot begins to answer; its text follows as deltas of `messageId`. */
  'turn.started': { turnId: string; messageId: string; inputMessageId: string; botId: string };
  /** The bot's message is final. `text` is the whole of it, however it ended. */
  'message.completed': { messageId: string; turnId: string; text: string; status: MessageStatus };
  'turn.ended': {
    turnId: string;
    status: Exclude<TurnStatus, 'queued' | 'running'>;
    usage: TurnUsage;
    error: { code: string; detail: string } | null;
  };
  /** The baton has passed. After this event nothing that the former holder produced is shown. */
  'ownership.changed': { from: ChatOwner; to: ChatOwner; reason: OwnershipReason; agent: AgentName | null };
  /** Seen by agents only. */
  'note.created': { messageId: string; text: string };
  /** An instruction to the bot for its next turn. Seen by agents only. */
  'whisper.created': { messageId: string; text: string };
}

export type ChatEventType = keyof ChatEventData;

/** One numbered event: the same envelope over SSE, socket and plain GET. */
export type ChatEventEnvelope = {
  [Type in ChatEventType]: {
    seq: number;
    type: Type;
    chatId: string;
    epoch: number;
    /** ISO 8601, UTC. */
    at: string;
    actor: Actor;
    data: ChatEventData[Type];
  };
}[ChatEventType];

/**
 * Text of a running bot message, already stored. Not numbered: its place is `seq:offset`, where `seq` is the last numbered event
 * before it and `offset` counts the characters (UTF-16 code units) of the message before `text`.
 */
export interface MessageDelta {
  messageId: string;
  turnId: string;
  offset: number;
  text: string;
}

/** What a stream carries beside the numbered events. */
export interface StreamEventData {
  'message.delta': MessageDelta;
  /** The server ends the stream although the chat goes on; connect again with `Last-Event-ID`. */
  'stream.closed': { reason: 'shutdown' | 'slow_reader' };
  /** Ends the stream of a message that a person, not the bot, will answer. (That of a bot's answer ends with the numbered event.) */
  'turn.ended': { status: 'handed_over'; completion: object };
  error: { problem: Problem };
}
