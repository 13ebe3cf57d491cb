import type { AppError } from '@app/common';
import type { ChatEventEnvelope, OwnershipReason, TurnUsage } from '@app/contracts';
import type { KeptThoughts, SqlRow, TurnError, TurnMetaData, TurnOptions, TurnStatus } from '@app/database';
import type { Call } from '../../accounting/index.js';

/** A customer's message that is to be accepted. Ids are given before the write, so that a retry writes the same. */
export interface IncomingMessage {
  chatId: string;
  /** The chat's title before the message. */
  chatDisplayName: string;
  messageId: string;
  turnId: string;
  outputMessageId: string;
  /** The bot that answers. */
  botId: string;
  /** Shown as the speaker of the answer. */
  botName: string;
  text: string;
  /** Tells the customer before the bot's first answer that a bot answers; empty for no notice. */
  notice: string;
  customer: { id: string | null; name: string };
  /** Who is counted in the statistics. */
  userKey: string;
  /** The text asks for an agent: the commit that stores it also requests the handoff. */
  requestsHandoff: boolean;
  /** Whether this instance can run one more turn. Without it, a message is taken that needs none of its own at once. */
  mayStart: boolean;
  options: TurnOptions;
  requestKey: string | null;
  requestHash: string | null;
}

/** A turn that runs in its chat, for the instance that has to run it. */
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
  /** Who is counted in the statistics. */
  userKey: string;
  /** Reserved in the ledger by the commit that started the turn. */
  firstCall: Call;
}

/** The result of accepting a customer's message. */
export type AcceptedMessage =
  | { kind: 'started'; turn: StartedTurn; events: ChatEventEnvelope[] }
  | { kind: 'queued'; turnId: string; seq: number; events: ChatEventEnvelope[] }
  /** The request was accepted before; its turn is running or has ended. */
  | { kind: 'attached'; turnId: string; seq: number }
  /** The message is stored for the agents; no turn answers it. */
  | { kind: 'handed_over'; messageId: string; revokedTurnId: string | null; events: ChatEventEnvelope[] }
  | { kind: 'rejected'; error: AppError };

export type FinalTurnStatus = Exclude<TurnStatus, 'queued' | 'running'>;

/** The result of a turn: a "completion" of the REST API. */
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
  /** The epoch in which the caller ran the turn; null for a caller that ends a turn which it does not run. */
  epoch: number | null;
  status: FinalTurnStatus;
  /** The whole text; null takes the committed chunks. */
  text: string | null;
  usage: TurnUsage;
  /** Rows of the ledger that are settled in the same commit. */
  settled: SqlRow[];
  error: TurnError | null;
  serviceId: string | null;
  model: string | null;
  attempts: number;
  trace: Record<string, unknown> | null;
  metaData: TurnMetaData | null;
  /** Where the history that was sent begins, if this turn has shortened it. */
  contextFrom: number | null;
  kept: KeptThoughts | null;
  /** Requests a handoff in the same commit, for this reason. */
  handoffReason: OwnershipReason | null;
  /** Another turn answers the same message, before the queued ones. */
  isRepeated?: boolean;
  /** The instance that ran the turn has died, and with it what it knew of the turn's calls. */
  isLost?: boolean;
}

export type EndedTurn =
  | { kind: 'ended'; outcome: TurnOutcome; events: ChatEventEnvelope[]; next: StartedTurn | null }
  /** The turn may not write any more, or has already ended: nothing was written. */
  | { kind: 'fenced' };

/** What a commit has changed in a chat, for this instance to act on. */
export interface CommittedChange {
  chatId: string;
  events: readonly ChatEventEnvelope[];
  /** The turn that may not write any more. */
  revokedTurnId?: string | null;
  /** The turn that this instance has to run now. */
  next?: StartedTurn | null;
}

export const NO_USAGE: TurnUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
};

/** The ending of a turn that something other than its runner interrupts: its message is sealed with the text shown so far. */
export const interruptionOf = (
  turn: { turnId: string; chatId: string },
  error: TurnError | null = null,
): TurnEnding => ({
  turnId: turn.turnId,
  chatId: turn.chatId,
  epoch: null,
  status: 'interrupted',
  text: null,
  // The runner settles its calls and corrects the usage; if its instance has died, they are estimated.
  usage: { ...NO_USAGE, isEstimated: true },
  settled: [],
  error,
  serviceId: null,
  model: null,
  attempts: 0,
  trace: null,
  metaData: null,
  contextFrom: null,
  kept: null,
  handoffReason: null,
});
