import type { Translate } from '../../texts/texts.js';
import type { Passing } from '../conversation.js';

/** What a change of the owner means to agents. */
export function wordsOfPassing({ from, to, reason, actor, agent }: Passing, t: Translate): string {
  const name = actor || t('someone');
  switch (to) {
    case 'human':
      return from === 'human' ? t('passing.transferred', { name, agent }) : t('passing.claimed', { agent });
    case 'requested':
      return from === 'human' ? leftWords(reason, name, t) : requestWords(reason, t);
    case 'closed':
      return closedWords(reason, name, t);
    case 'bot':
      if (from === 'closed') return t('passing.reopened', { name });
      return from === 'human'
        ? returnWords(reason, name, t)
        : t(reason === 'customer_request' ? 'passing.cancelled' : 'passing.waitedTooLong');
  }
}

function requestWords(reason: Passing['reason'], t: Translate): string {
  if (reason === 'bot_tool') return t('passing.botAsked');
  if (reason === 'rule') return t('passing.ruleAsked');
  if (reason === 'error') return t('passing.errorAsked');
  return t('passing.customerAsked');
}

function leftWords(reason: Passing['reason'], name: string, t: Translate): string {
  if (reason === 'lease_expired') return t('passing.leaseExpired');
  if (reason === 'no_reply') return t('passing.noReply');
  if (reason === 'agent_removed') return t('passing.agentRemoved');
  return t('passing.toQueue', { name });
}

function returnWords(reason: Passing['reason'], name: string, t: Translate): string {
  if (reason === 'lease_expired') return t('passing.leaseExpiredBot');
  if (reason === 'no_reply') return t('passing.noReplyBot');
  if (reason === 'agent_removed') return t('passing.agentRemoved');
  return t('passing.toBot', { name });
}

function closedWords(reason: Passing['reason'], name: string, t: Translate): string {
  if (reason === 'customer_end') return t('passing.customerEnded');
  if (reason === 'agent_release' || reason === 'supervisor') return t('passing.ended', { name });
  return t('passing.closed');
}
