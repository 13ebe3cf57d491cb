import { EMPTY, type Conversation } from '../chat/conversation.js';
import type { Draft } from '../chat/outbox.js';

/** What the page shows. */
export interface View {
  phase: 'starting' | 'ready' | 'unavailable';
  conversation: Conversation;
  drafts: readonly Draft[];
  isConnected: boolean;
  /** Whether there are messages before the first that is shown. */
  hasEarlier: boolean;
  /** The name of the one who types on the other side, or empty. */
  typist: string;
  hasChat: boolean;
  /** Why the last command was not followed: a code of the server's. */
  refusal: string | null;
}

export const FIRST_VIEW: View = {
  phase: 'starting',
  conversation: EMPTY,
  drafts: [],
  isConnected: true,
  hasEarlier: false,
  typist: '',
  hasChat: false,
  refusal: null,
};
