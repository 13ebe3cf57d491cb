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

/** Why an address that people configure was not called, or its answer not taken. */
export const OUTBOUND_FAILURES = [
  'refused_address',
  'redirect',
  'too_large',
  'too_slow',
  'unreachable',
  'bad_status',
  'not_json',
  'aborted',
] as const;
export type OutboundFailure = (typeof OUTBOUND_FAILURES)[number];

/** What became of a call of a tool. */
export const TOOL_OUTCOMES = [
  'ok',
  'unknown_tool',
  'bad_arguments',
  'too_many_calls',
  'unreadable_secret',
  ...OUTBOUND_FAILURES,
] as const;
export type ToolOutcome = (typeof TOOL_OUTCOMES)[number];

/** What the log of a chat holds, by type. Every event of a chat has a number: 1, 2, 3, … without gaps. */
export interface ChatEventData {
  /** A customer or an agent wrote a message. `turnId` is the turn that answers it. */
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
    error: { code: string; detail: string; retryAfterSeconds?: number } | null;
  };
  /** The model calls a tool. Customers see which; the arguments, JSON as the model wrote it, are for agents and null for others. */
  'tool.called': { turnId: string; callId: string; tool: string; arguments: string | null };
  /** What the tool came to. The output is what the model is told; it is for agents and null for others. */
  'tool.returned': {
    turnId: string;
    callId: string;
    tool: string;
    outcome: ToolOutcome;
    output: string | null;
    milliseconds: number;
  };
  /** The owner has changed. After this event nothing that the former owner produced is shown. */
  'ownership.changed': { from: ChatOwner; to: ChatOwner; reason: OwnershipReason; agent: AgentName | null };
  /** Seen by agents only. */
  'note.created': { messageId: string; text: string };
  /** An instruction to the bot for its next turn. Seen by agents only. */
  'whisper.created': { messageId: string; text: string };
  /**
   * Something that was said did not reach the customer, who is on another service: `code` is that service's own. `messageId` is null
   * when what is missing is not a message of the chat. Seen by agents only.
   */
  'delivery.failed': { channel: string; messageId: string | null; code: string; detail: string };
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
  'stream.closed': { reason: 'shutdown' | 'slow_reader' | 'session_ended' };
  /** Ends the stream of a message that a person, not the bot, will answer. (That of a bot's answer ends with the numbered event.) */
  'turn.ended': { status: 'handed_over'; completion: object };
  error: { problem: Problem };
}
