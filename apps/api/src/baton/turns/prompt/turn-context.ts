import type { KeptThoughts } from '@app/database';
import type { ProviderItem } from '@app/openai';
import type { PastMessage } from './turn-history.repository.js';

type Role = 'user' | 'assistant' | 'developer';

const item = (role: Role, text: string): ProviderItem => ({ type: 'message', role, text });

/**
 * The conversation so far as the model sees it. Agents' messages stand between two marks and carry the agents' names, so that the bot takes
 * neither their words for its own nor their promises for open. Notes are left out, and whispers before the bot's last answer.
 */
export function contextOf(past: readonly PastMessage[]): ProviderItem[] {
  const open = new Set(openWhispers(past));
  const items: ProviderItem[] = [];
  let agent: string | null = null;
  const endAgentPart = (): void => {
    if (agent !== null) items.push(item('developer', `${agent} has left. You are answering the customer again.`));
    agent = null;
  };
  for (const message of past) {
    if (message.kind === 'note') continue;
    if (message.kind === 'whisper') {
      if (open.has(message))
        items.push(
          item('developer', `Instruction of the team for your next answer, not to be mentioned: ${message.text}`),
        );
      continue;
    }
    if (message.author === 'agent' && message.speaker !== agent) {
      items.push(item('developer', `${message.speaker}, a person of the team, answers the customer from here on.`));
      agent = message.speaker;
    }
    // The mark stays where the turn that answered found it: the beginning of a conversation never changes.
    if (message.author !== 'agent' && message.hasTurn) endAgentPart();
    items.push(...itemsOf(message));
  }
  endAgentPart();
  return items;
}

/** The whispers since the bot's last answer. */
export const openWhispers = (past: readonly PastMessage[]): PastMessage[] =>
  past.slice(past.findLastIndex(({ author }) => author === 'bot') + 1).filter(({ kind }) => kind === 'whisper');

function itemsOf({ author, text, speaker, kept, attachments }: PastMessage): ProviderItem[] {
  switch (author) {
    case 'customer':
      return [{ type: 'message', role: 'user', text, ...(attachments && { attachments }) }];
    case 'bot':
      return kept === null ? [item('assistant', text)] : withThoughts(text, kept);
    case 'agent':
      return [item('assistant', `[${speaker}] ${text}`)];
    case 'system':
      return [item('developer', text)];
  }
}

/** Thoughts come before the words that they led to. */
const withThoughts = (text: string, { origin, items, extra }: KeptThoughts): ProviderItem[] => [
  ...items.map((value) => ({ type: 'carried', value, isLasting: true, origin }) as const),
  { type: 'message', role: 'assistant', text, ...(extra && { extra, origin }) },
];
