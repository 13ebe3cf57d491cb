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
  const lastAnswer = past.findLastIndex(({ author }) => author === 'bot');
  const items: ProviderItem[] = [];
  let holder: string | null = null;
  const leave = (): void => {
    if (holder !== null) items.push(item('developer', `${holder} has left. You are answering the customer again.`));
    holder = null;
  };
  past.forEach((message, index) => {
    if (message.kind === 'note') return;
    if (message.kind === 'whisper') {
      if (index > lastAnswer)
        items.push(
          item('developer', `Instruction of the team for your next answer, not to be mentioned: ${message.text}`),
        );
      return;
    }
    if (message.author === 'agent' && message.speaker !== holder) {
      items.push(item('developer', `${message.speaker}, a person of the team, answers the customer from here on.`));
      holder = message.speaker;
    }
    if (message.author === 'bot') leave();
    items.push(itemOf(message));
  });
  leave();
  return items;
}

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
