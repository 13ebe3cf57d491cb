import { isLasting } from '../dialects/attachments.js';
import type { Adjustments, ProviderRequest } from '../provider.types.js';

const MOST_REMEMBERED = 1024;

/** A model of a service. */
type Place = Pick<ProviderRequest, 'connection' | 'model'>;

export const NO_ADJUSTMENTS: Adjustments = { omitted: [], arrangement: 'free', contextTokens: null };

/** What services have taught this instance, by service, dialect and model: what was refused once is not asked again. */
export class ServiceMemory {
  private readonly learned = new Map<string, Adjustments>();

  /** What was learned here, else what the probe found. */
  recall(place: Place): Adjustments {
    const found = this.learned.get(keyOf(place));
    return found ?? place.connection.capabilities.adjustments?.[place.model] ?? NO_ADJUSTMENTS;
  }

  remember(place: Place, adjustments: Adjustments): void {
    if (this.learned.size >= MOST_REMEMBERED) this.learned.clear();
    const omitted = adjustments.omitted.filter(isLasting);
    this.learned.set(keyOf(place), { ...adjustments, omitted });
  }

  /** A probe begins without prejudice: services are updated. */
  forget(baseUrl: string): void {
    for (const key of this.learned.keys()) if (key.startsWith(`${baseUrl} `)) this.learned.delete(key);
  }
}

const keyOf = ({ connection, model }: Place): string => `${connection.baseUrl} ${connection.dialect} ${model}`;
