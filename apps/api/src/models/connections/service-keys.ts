import { OpenAiService } from '@app/database';
import type { SecretTable } from '../../secrets/index.js';

/** The key of a service belongs to its row and to the origin of its endpoint. */
export const keyPlaceOf = (serviceId: string, endpoint: string): string =>
  `openai_services/${serviceId}/key ${new URL(endpoint).origin}`;

export const SERVICE_KEYS: SecretTable<OpenAiService> = {
  entity: OpenAiService,
  columns: ['endpoint', 'encryptedKey'],
  change: ({ id, endpoint, encryptedKey }, change) =>
    endpoint === null || encryptedKey === null ? {} : { encryptedKey: change(encryptedKey, keyPlaceOf(id, endpoint)) },
};
