// Copied from libs/contracts/src: do not edit.

import type { Actor, ChatEventEnvelope, MessageDelta } from './chat-events.js';
import type { Problem } from './error-codes.js';
import type { AgentName, ChatOwner } from './ownership.js';

/** The socket.io namespace in which chats are watched and taken over. */
export const TAKEOVER_NAMESPACE = '/takeover';

/** What a socket says about itself when it connects: a token, or the id of a chat that needs no account. */
export interface TakeoverHandshake {
  token?: string;
  chatId?: string;
}

/** Who holds a chat now. */
export interface ChatState {
  chatId: string;
  owner: ChatOwner;
  /** Grows with every change of owner. A command that carries an older one is refused as outdated. */
  epoch: number;
  /** The person who holds the chat, if one does. */
  agent: AgentName | null;
  /** The customer's place in line, from 1; null unless the chat waits for a person. */
  position: number | null;
}

export interface WatchedChat extends ChatState {
  /** `agents` also see notes and whispers. */
  audience: 'everyone' | 'agents';
}

/** A message of an agent, stored. */
export interface SentMessage {
  messageId: string;
  seq: number;
  epoch: number;
}

export interface AgentText {
  chatId: string;
  text: string;
  /** The sender's own name for the message: sent again, nothing happens twice and the answer is the same. */
  clientMessageId?: string;
  expectedEpoch?: number;
}

export interface AgentPresenceState {
  status: 'online' | 'away';
  /** How many chats others may hand over to this agent. */
  capacity: number;
}

interface ChatCommand {
  chatId: string;
  expectedEpoch?: number;
}

/** Every command of the socket: what it carries and what its acknowledgement brings. */
export interface TakeoverCommands {
  /** Replays the chat's log after `after` (and `offset` characters of a running message), then follows it. */
  watch: { payload: { chatId: string; after?: number; offset?: number }; result: WatchedChat };
  unwatch: { payload: { chatId: string }; result: object };
  /** Customers: ask for a person, or take the wish back. */
  request: { payload: ChatCommand; result: ChatState };
  cancel: { payload: ChatCommand; result: ChatState };
  claim: { payload: ChatCommand; result: ChatState };
  release: { payload: ChatCommand & { to: 'bot' | 'queue' | 'agent'; agentId?: number }; result: ChatState };
  send: { payload: AgentText; result: SentMessage };
  note: { payload: AgentText; result: SentMessage };
  whisper: { payload: AgentText; result: SentMessage };
  typing: { payload: { chatId: string; isTyping: boolean }; result: object };
  end: { payload: ChatCommand; result: ChatState };
  reopen: { payload: ChatCommand; result: ChatState };
  presence: { payload: Partial<AgentPresenceState>; result: AgentPresenceState };
}

export type TakeoverCommand = keyof TakeoverCommands;

/** Their names. */
export const TAKEOVER_COMMANDS = [
  'watch',
  'unwatch',
  'request',
  'cancel',
  'claim',
  'release',
  'send',
  'note',
  'whisper',
  'typing',
  'end',
  'reopen',
  'presence',
] as const satisfies readonly TakeoverCommand[];

/** How every command is answered. */
export type Acknowledgement<Result> = { ok: true; data: Result } | { ok: false; problem: Problem };

/** What happens without a number: it is not stored, and who misses it misses nothing of the log. */
export interface TransientEventData {
  /** Text of a running answer, after event `seq`. */
  'message.delta': MessageDelta;
  typing: { actor: Actor; isTyping: boolean };
  /** The customer's place in line. */
  'queue.position': { position: number };
  /** For agents: the queue is no longer what it was. */
  'queue.changed': { waiting: number; held: number };
  /** For agents: a colleague came, went or changed status. */
  'presence.changed': { agentId: number };
  /** The server ends the connection, and says why. */
  'session.ended': { problem: Problem };
}

export type TransientEvent = {
  [Type in keyof TransientEventData]: {
    type: Type;
    /** The chat that it is about; null when it is about none. */
    chatId: string | null;
    /** The last numbered event before it, for deltas. */
    seq: number | null;
    epoch: number | null;
    data: TransientEventData[Type];
  };
}[keyof TransientEventData];

export interface ServerToClientEvents {
  /** A numbered event of a watched chat: the same envelope as over SSE and plain GET. */
  event: (event: ChatEventEnvelope) => void;
  transient: (event: TransientEvent) => void;
}

export type ClientToServerEvents = {
  [Name in TakeoverCommand]: (
    payload: TakeoverCommands[Name]['payload'],
    acknowledge: (answer: Acknowledgement<TakeoverCommands[Name]['result']>) => void,
  ) => void;
};
