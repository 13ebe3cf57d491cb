import type { OpenAiService } from '@app/database';

type Service = Pick<OpenAiService, 'id' | 'endpoint'>;
export type FieldKind = 'header' | 'query';

const originOf = (url: string | null): string => (url === null ? '' : new URL(url).origin);

/** A header or a parameter of a service belongs to the origin that it is sent to. */
export const fieldPlaceOf = ({ id, endpoint }: Service, kind: FieldKind, name: string): string =>
  `openai_services/${id}/${kind} ${name.toLowerCase()} ${originOf(endpoint)}`;

/** A client secret belongs to the login service that it is sent to, and to the origin that is shown the tokens. */
export const entraPlaceOf = ({ id, endpoint }: Service, loginUrl: string): string =>
  `openai_services/${id}/entra ${loginUrl} ${originOf(endpoint)}`;
