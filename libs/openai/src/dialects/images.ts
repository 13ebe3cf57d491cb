import type { ProviderItem, ProviderRequest } from '../provider.types.js';

/** Names for what may stand in the list of omitted fields: the pictures of every request, and those of this one. */
export const IMAGES = 'images';
export const IMAGES_ONCE = 'images_once';

/**
 * What a picture counts for in our windows. Services count 85 to 1,600 tokens by its size: this is what the largest one costs at
 * Anthropic, https://docs.anthropic.com/en/docs/build-with-claude/vision#calculate-image-costs
 */
export const TOKENS_PER_IMAGE = 1600;

/** In place of a picture where a model cannot see: one line, so that it can say so. */
const unseen = (name: string): string => `[The customer sent the picture ${name}, which you cannot see.]`;

/** The conversation as a service gets it that sees pictures, or that does not. */
export function withVisibleImages({ items, connection }: ProviderRequest, omitted: readonly string[]): ProviderItem[] {
  const isSeeing = connection.capabilities.images && !omitted.includes(IMAGES) && !omitted.includes(IMAGES_ONCE);
  if (isSeeing || !hasImages(items)) return items;
  return items.map((item) => {
    if (item.type !== 'message' || !item.images) return item;
    const { images, ...message } = item;
    return { ...message, text: [...images.map(({ name }) => unseen(name)), message.text].join('\n') };
  });
}

export const hasImages = (items: readonly ProviderItem[]): boolean =>
  items.some((item) => item.type === 'message' && item.images !== undefined);
