import { Bot } from '@app/database';
import type { SecretTable } from '../../secrets/index.js';

const SEARCH_PARTS = ['acs', 'azureSearch'] as const;
export type SearchPart = (typeof SEARCH_PARTS)[number];

/** How one configuration is stored: the secrets sealed, the rest as it came. */
export interface StoredSearch {
  blobConnection?: string | null;
  blobAddress?: string;
  searchEndpoint?: string;
  searchCredential?: string | null;
  values?: Record<string, string | number | boolean | null>;
}

export type StoredConfiguration = Partial<Record<SearchPart, StoredSearch>> & { raw?: string };

export const rawPlaceOf = (botId: string): string => `bots/${botId}/raw`;

export const blobPlaceOf = (botId: string, part: SearchPart): string => `bots/${botId}/${part}/blob`;

/** A search credential belongs to the bot and to the origin of the search. */
export const searchPlaceOf = (botId: string, part: SearchPart, endpoint: string | undefined): string =>
  `bots/${botId}/${part}/search ${endpoint ? new URL(endpoint).origin : ''}`;

export const CONFIGURATION_SECRETS: SecretTable<Bot> = {
  entity: Bot,
  columns: ['configuration'],
  change: ({ id, configuration }, change) => {
    const changed: StoredConfiguration = { ...configuration };
    if (changed.raw !== undefined) changed.raw = change(changed.raw, rawPlaceOf(id));
    for (const part of SEARCH_PARTS) {
      const search = changed[part];
      if (search === undefined) continue;
      const { blobConnection, searchEndpoint, searchCredential } = search;
      changed[part] = {
        ...search,
        ...(blobConnection && { blobConnection: change(blobConnection, blobPlaceOf(id, part)) }),
        ...(searchCredential && {
          searchCredential: change(searchCredential, searchPlaceOf(id, part, searchEndpoint)),
        }),
      };
    }
    return { configuration: changed };
  },
};
