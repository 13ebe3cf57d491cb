import type { ProviderItem } from '@app/openai';
import type { ModelTarget } from '../../../models/index.js';

type Speaker = Pick<ModelTarget, 'serviceId' | 'model'>;

/** The conversation of a turn, which several services may take part in. What one has added for itself (reasoning, signatures) is for it alone. */
export class SharedHistory {
  private readonly parts: { speaker: Speaker; items: readonly ProviderItem[] }[];

  /** What was said before the turn, as it is meant for the first service. */
  constructor(items: readonly ProviderItem[], speaker: Speaker) {
    this.parts = [{ speaker, items }];
  }

  add(speaker: Speaker, items: readonly ProviderItem[]): void {
    this.parts.push({ speaker, items });
  }

  itemsFor({ serviceId, model }: Speaker): ProviderItem[] {
    return this.parts.flatMap(({ speaker, items }) =>
      speaker.serviceId === serviceId && speaker.model === model ? items : items.flatMap(withoutAdditions),
    );
  }
}

function withoutAdditions(item: ProviderItem): ProviderItem[] {
  if (item.type === 'carried') return [];
  if (!('extra' in item)) return [item];
  const { extra: _, ...bare } = item;
  return [bare];
}
