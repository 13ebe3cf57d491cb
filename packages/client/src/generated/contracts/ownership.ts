// Copied from libs/contracts/src: do not edit.

/** Who speaks in a chat: the bot, or an agent (`human`). The bot is silent while the customer waits for an agent (`requested`). */
export type ChatOwner = 'bot' | 'requested' | 'human' | 'closed';

/** Why the baton passed. */
export const OWNERSHIP_REASONS = [
  'customer_request',
  'bot_tool',
  'rule',
  'error',
  'agent_takeover',
  'agent_release',
  'lease_expired',
  'no_reply',
  'agent_removed',
  'wait_expired',
  'customer_end',
  'supervisor',
  'inactive_chat',
  'window_closed',
] as const;
export type OwnershipReason = (typeof OWNERSHIP_REASONS)[number];

/** The person who holds a chat, as others are shown. */
export interface AgentName {
  id: number;
  name: string;
}

/**
 * The ownership machine, whole. Every transition is one compare-and-set on the chat's row that raises its epoch; what is not listed
 * cannot happen.
 */
export const OWNERSHIP = {
  request: { from: ['bot'], to: 'requested', reasons: ['customer_request', 'bot_tool', 'rule', 'error'] },
  claim: { from: ['bot', 'requested'], to: 'human', reasons: ['agent_takeover'] },
  transfer: { from: ['human'], to: 'human', reasons: ['agent_release', 'supervisor'] },
  requeue: {
    from: ['human'],
    to: 'requested',
    reasons: ['agent_release', 'supervisor', 'lease_expired', 'no_reply', 'agent_removed'],
  },
  release: {
    from: ['requested', 'human'],
    to: 'bot',
    reasons: [
      'agent_release',
      'supervisor',
      'lease_expired',
      'no_reply',
      'agent_removed',
      'wait_expired',
      'customer_request',
    ],
  },
  end: {
    from: ['bot', 'requested', 'human'],
    to: 'closed',
    reasons: ['customer_end', 'agent_release', 'supervisor', 'rule', 'inactive_chat', 'window_closed'],
  },
  reopen: { from: ['closed'], to: 'bot', reasons: ['customer_request', 'agent_release', 'supervisor'] },
} as const satisfies Record<string, { from: readonly ChatOwner[]; to: ChatOwner; reasons: readonly OwnershipReason[] }>;

export type OwnershipTransition = keyof typeof OWNERSHIP;
