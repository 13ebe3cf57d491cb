import type { ProviderItem } from '@app/openai';
import type { PastMessage } from './turn-history.repository.js';

type Role = 'user' | 'assistant' | 'developer';

const item = (role: Role, text: string): ProviderItem => ({ type: 'message', role, text });

/**
 * The conversation so far as the model sees it. What people wrote while they held the chat stands between two marks, under their
 * names, so that the bot neither takes their words for its own nor their promises for open. Notes never get here; of the whispers
 * only those since the bot's last answer do.
 */
export function contextOf(past: readonly PastMessage[]): ProviderItem[] {
  const open = new Set(openWhispers(past));
  const items: ProviderItem[] = [];
  let holder: string | null = null;
  const leave = (): void => {
    if (holder !== null) items.push(item('developer', `${holder} has left. You are answering the customer again.`));
    holder = null;
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
    if (message.author === 'agent' && message.speaker !== holder) {
      items.push(item('developer', `${message.speaker}, a person of the team, answers the customer from here on.`));
      holder = message.speaker;
    }
    if (message.author === 'bot') leave();
    items.push(itemOf(message));
  }
  leave();
  return items;
}

/** Those that no answer has heeded yet. */
export const openWhispers = (past: readonly PastMessage[]): PastMessage[] =>
  past.slice(past.findLastIndex(({ author }) => author === 'bot') + 1).filter(({ kind }) => kind === 'whisper');

function itemOf({ author, text, speaker }: PastMessage): ProviderItem {
  switch (author) {
    case 'customer':
      return item('user', text);
    case 'bot':
      return item('assistant', text);
    case 'agent':
      return item('assistant', `[${speaker}] ${text}`);
    case 'system':
      return item('developer', text);
  }
}
