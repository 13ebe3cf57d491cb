import { OpenAiService, type ServiceField } from '@app/database';
import type { SecretTable } from '../../secrets/index.js';
import { entraPlaceOf, fieldPlaceOf, type FieldKind } from './connection-places.js';

/** The key of a service belongs to its row and to the origin of its endpoint. */
export const keyPlaceOf = (serviceId: string, endpoint: string): string =>
  `openai_services/${serviceId}/key ${new URL(endpoint).origin}`;

export const SERVICE_KEYS: SecretTable<OpenAiService> = {
  entity: OpenAiService,
  columns: ['endpoint', 'encryptedKey', 'extraHeaders', 'extraQuery', 'entra'],
  change: (service, change) => {
    const { id, endpoint, encryptedKey, extraHeaders, extraQuery, entra } = service;
    const changed = (kind: FieldKind, fields: ServiceField[] | null) =>
      fields?.map((field) =>
        'sealed' in field ? { ...field, sealed: change(field.sealed, fieldPlaceOf(service, kind, field.name)) } : field,
      );
    return {
      ...(endpoint !== null &&
        encryptedKey !== null && { encryptedKey: change(encryptedKey, keyPlaceOf(id, endpoint)) }),
      ...(extraHeaders !== null && { extraHeaders: changed('header', extraHeaders) }),
      ...(extraQuery !== null && { extraQuery: changed('query', extraQuery) }),
      ...(entra !== null && {
        entra: { ...entra, sealedSecret: change(entra.sealedSecret, entraPlaceOf(service, entra.loginUrl)) },
      }),
    };
  },
};
