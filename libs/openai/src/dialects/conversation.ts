import type { Arrangement, ProviderItem, ProviderRequest } from '../provider.types.js';
import { attachmentTokens } from './attachments.js';
import { countTokens } from '../usage/tokens.js';

type Conversation = Pick<ProviderRequest, 'instructions' | 'items'>;
type Message = Extract<ProviderItem, { type: 'message' }>;

const isMessage = (item: ProviderItem | undefined): item is Message => item?.type === 'message';

/** The conversation in the order and with the roles that the service takes. Blank messages say nothing and are refused by some. */
export function arrange({ instructions, items }: Conversation, arrangement: Arrangement): Conversation {
  const spoken = items.filter((item) => !isMessage(item) || item.text.trim() !== '');
  if (arrangement === 'free') return { instructions, items: spoken };
  const first = spoken.findIndex((item) => isMessage(item) && item.role === 'user');
  const told = spoken.flatMap((item, index) => {
    if (!isMessage(item)) return [];
    if (item.role === 'developer') return [item.text];
    return index < first ? [`Said before the first message of the customer: ${item.text}`] : [];
  });
  const system = [instructions, ...told].filter((text) => text !== '').join('\n\n');
  const rest = joinNeighbours(
    spoken.filter((item, index) => !isMessage(item) || (item.role !== 'developer' && index >= first)),
  );
  if (arrangement === 'alternating') return { instructions: system, items: rest };
  const [opening] = rest;
  if (!isMessage(opening) || system === '') return { instructions: '', items: rest };
  return { instructions: '', items: [{ ...opening, text: `${system}\n\n${opening.text}` }, ...rest.slice(1)] };
}

function joinNeighbours(items: readonly ProviderItem[]): ProviderItem[] {
  const joined: ProviderItem[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (isMessage(item) && isMessage(last) && item.role === last.role) {
      const attachments = [...(last.attachments ?? []), ...(item.attachments ?? [])];
      joined[joined.length - 1] = {
        ...last,
        text: `${last.text}\n\n${item.text}`,
        ...(attachments.length > 0 && { attachments }),
      };
    } else {
      joined.push(item);
    }
  }
  return joined;
}

/** Thoughts are mostly encrypted: there are no words to count. */
const CHARACTERS_PER_CARRIED_TOKEN = 4;

/** Our own count of what a request sends. */
export const inputTokensOf = ({ instructions, items, model }: ProviderRequest): number =>
  items.reduce((sum, item) => sum + tokensOf(item, model), countTokens(instructions, model));

/** What is left out of a conversation that is too long is a multiple of this share of the context. */
const STEP = 1 / 3;

/**
 * Without the oldest messages, so that the rest fits. They are left out in large steps: until the next one is due, every request begins like
 * the one before it, which lets services read it from their caches. The question, and what has been called to answer it, is always kept.
 */
export function fitting(request: ProviderRequest, contextTokens: number): ProviderRequest {
  const question = request.items.findLastIndex((item) => isMessage(item) && item.role === 'user');
  const missing = inputTokensOf(request) - contextTokens;
  if (missing <= 0) return request;
  const step = Math.max(contextTokens * STEP, 1);
  let excess = Math.ceil(missing / step) * step;
  let start = 0;
  while (excess > 0 && start < question) excess -= tokensOf(request.items[start++]!, request.model);
  while (start < question && !isFromUser(request.items[start])) start++;
  return { ...request, items: request.items.slice(start) };
}

const isFromUser = (item: ProviderItem | undefined): boolean => isMessage(item) && item.role === 'user';

function tokensOf(item: ProviderItem, model: string): number {
  switch (item.type) {
    case 'message':
      return countTokens(item.text, model) + attachmentTokens(item.attachments);
    case 'tool_call':
      return countTokens(item.name + item.arguments, model);
    case 'tool_result':
      return countTokens(item.output, model);
    case 'carried':
      return Math.ceil(JSON.stringify(item.value).length / CHARACTERS_PER_CARRIED_TOKEN);
  }
}
