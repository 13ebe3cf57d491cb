import type { AppError } from '@app/common';
import type { ChatEventEnvelope, OwnershipReason, TurnUsage } from '@app/contracts';
import type { TurnError, TurnMetaData, TurnOptions, TurnStatus } from '@app/database';

/** A customer's message on its way into a chat. Ids are given before the write, so that a retry writes the same. */
export interface IncomingMessage {
  chatId: string;
  messageId: string;
  turnId: string;
  outputMessageId: string;
  /** The bot that shall answer. */
  botId: string;
  /** Shown as the speaker of the answer. */
  botName: string;
  text: string;
  /** Tells the customer, before the first answer of the chat, that a bot speaks; empty says nothing. */
  notice: string;
  customer: { id: string | null; name: string };
  /** Who is counted in the statistics. */
  userKey: string;
  /** The words ask for a person: the baton passes in the commit that stores them. */
  asksForPerson: boolean;
  options: TurnOptions;
  requestKey: string | null;
  requestHash: string | null;
}

/** A turn that this instance has begun and now has to bring to its end. */
export interface StartedTurn {
  turnId: string;
  chatId: string;
  epoch: number;
  botId: string;
  /** The number of the customer's message, and of the `turn.started` event. */
  seq: number;
  startedSeq: number;
  inputText: string;
  outputMessageId: string;
  options: TurnOptions;
}

/** What became of a customer's message. */
export type AcceptedMessage =
  | { kind: 'started'; turn: StartedTurn; events: ChatEventEnvelope[] }
  | { kind: 'queued'; turnId: string; seq: number; events: ChatEventEnvelope[] }
  /** The request was seen before: its turn goes on (or has ended). */
  | { kind: 'attached'; turnId: string; seq: number }
  /** A person holds the chat: the message is stored, no turn begins. */
  | { kind: 'handed_over'; messageId: string; cutTurnId: string | null; events: ChatEventEnvelope[] }
  | { kind: 'rejected'; error: AppError };

export type FinalTurnStatus = Exclude<TurnStatus, 'queued' | 'running'>;

/** What a turn came to: a "completion" of the catalogue. */
export interface TurnOutcome {
  turnId: string;
  chatId: string;
  botId: string;
  status: FinalTurnStatus;
  chatDisplayName: string;
  userMessage: string;
  text: string;
  usage: TurnUsage;
  error: TurnError | null;
  trace: Record<string, unknown> | null;
  metaData: TurnMetaData | null;
}

/** How a turn ends. */
export interface TurnEnding {
  turnId: string;
  chatId: string;
  /** The epoch in which the caller ran the turn; null when the caller ends it from outside, whoever runs it. */
  epoch: number | null;
  status: FinalTurnStatus;
  /** The whole text; null takes what the committed chunks hold. */
  text: string | null;
  usage: TurnUsage;
  error: TurnError | null;
  serviceId: string | null;
  model: string | null;
  attempts: number;
  trace: Record<string, unknown> | null;
  metaData: TurnMetaData | null;
  /** The turn ends with the wish for a person: the baton passes in the same commit. */
  handOff: OwnershipReason | null;
  /** The same message is answered anew, before those that wait. */
  isRepeated?: boolean;
}

export type EndedTurn =
  | { kind: 'ended'; outcome: TurnOutcome; events: ChatEventEnvelope[]; next: StartedTurn | null }
  /** The baton has passed, or somebody else has ended the turn: nothing was written. */
  | { kind: 'fenced' };

export const NO_USAGE: TurnUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
};

/** The end of a turn that somebody other than its runner ends: its message is sealed with what was shown. */
export const cutShort = (turn: { turnId: string; chatId: string }, error: TurnError | null = null): TurnEnding => ({
  turnId: turn.turnId,
  chatId: turn.chatId,
  epoch: null,
  status: 'interrupted',
  text: null,
  // What it cost is settled by its runner, if that still lives.
  usage: { ...NO_USAGE, isEstimated: true },
  error,
  serviceId: null,
  model: null,
  attempts: 0,
  trace: null,
  metaData: null,
  handOff: null,
});
