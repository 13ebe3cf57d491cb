import type { TermValue } from '@app/common';

/** When people are there, by weekday, `HH:MM` to `HH:MM` in the given time zone. A day that is not listed is closed. */
export interface BusinessHours {
  timeZone: string;
  days: Partial<Record<Weekday, { from: string; to: string }>>;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** How a bot and people pass the baton to each other. */
export interface TakeoverPolicy {
  /** What becomes of a running answer when a person takes over. */
  onClaim: 'cut' | 'finish' | 'discard';
  /** With `finish`: how long the answer may go on. */
  finishSeconds: number;
  /** The bot may ask for a person by itself. */
  isOfferedToBot: boolean;
  /** Words of the customer that ask for a person. */
  keywords: string[];
  /** So many failed answers in a row ask for a person; null never do. */
  failedTurns: number | null;
  /** How long a customer waits before `onWaitExpired` happens. */
  waitSeconds: number;
  onWaitExpired: 'bot' | 'close' | 'keep';
  /** What becomes of a chat whose agent is gone or silent. */
  onLeaseExpired: 'requeue' | 'bot';
  /** So long an agent may leave the customer without an answer; null as long as they like. */
  replySeconds: number | null;
  businessHours: BusinessHours | null;
  /** The message to the customer when the chat is closed because no agent is available. */
  closedMessage: TermValue;
  /** Tells the customer, before the first answer, that a bot is speaking; empty says nothing. */
  firstMessageNotice: TermValue;
}

const DEFAULTS: TakeoverPolicy = {
  onClaim: 'cut',
  finishSeconds: 10,
  isOfferedToBot: false,
  keywords: [],
  failedTurns: null,
  waitSeconds: 300,
  onWaitExpired: 'bot',
  onLeaseExpired: 'requeue',
  replySeconds: null,
  businessHours: null,
  closedMessage: { value: '', valueDe: '' },
  firstMessageNotice: { value: '', valueDe: '' },
};

/** The policy in a bot's configuration; what is not set has its default. */
export const takeoverPolicyOf = (configuration: Readonly<Record<string, unknown>>): TakeoverPolicy => ({
  ...DEFAULTS,
  ...(configuration['takeover'] as Partial<TakeoverPolicy> | undefined),
});
