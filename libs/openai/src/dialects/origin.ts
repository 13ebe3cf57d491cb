import { hash } from 'node:crypto';
import type { ProviderItem, ProviderRequest } from '../provider.types.js';

type Place = Pick<ProviderRequest, 'connection' | 'model'>;

/** A name for what may stand in the list of omitted fields: what was kept of earlier turns. */
export const KEPT = 'kept';

/**
 * Who answers: a service under one key, in one dialect, with one model. What it says to itself is encrypted or signed for these,
 * and is of no use to others.
 */
export function originOf({ connection: { baseUrl, apiKey, dialect }, model }: Place): string {
  const place = JSON.stringify([baseUrl, apiKey, dialect, model]);
  return hash('sha256', place, 'base64url').slice(0, 22);
}

/** The conversation without what others were thinking and what they added to their words. */
export function itemsFor(request: ProviderRequest, omitted: readonly string[]): ProviderItem[] {
  const isMarked = request.items.some((item) => 'origin' in item);
  if (!isMarked) return request.items;
  const own = originOf(request);
  const isWithoutKept = omitted.includes(KEPT);
  return request.items.flatMap((item): ProviderItem[] => {
    if (!('origin' in item) || item.origin === undefined) return [item];
    const isForeign = item.origin !== own;
    if (item.type === 'carried') return isForeign || (isWithoutKept && item.isLasting) ? [] : [item];
    if (!isForeign && !(isWithoutKept && item.type === 'message')) return [item];
    const { extra: _extra, origin: _origin, ...words } = item;
    return [words];
  });
}
