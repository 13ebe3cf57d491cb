import { AppError, holdsSecret, isSecretParameter, MASK } from '@app/common';
import type { OpenAiService, ServiceField } from '@app/database';
import { entraDefaultsOf, type BareConnection } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { SecretsService } from '../../secrets/index.js';
import type { ServiceChanges } from '../services/openai-services.repository.js';
import { entraPlaceOf, fieldPlaceOf, type FieldKind } from './connection-places.js';
import type {
  ConnectionHeaderDto,
  EntraRequestDto,
  ServiceConnectionDto,
  UpdateServiceConnectionRequestDto,
} from './service-connection.dto.js';

type Extras = Pick<BareConnection, 'headers' | 'query' | 'entra'>;
type StoredExtras = Pick<OpenAiService, 'extraHeaders' | 'extraQuery' | 'entra'>;

const PATHS: Record<FieldKind, string> = { header: 'headers', query: 'query' };
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** What a connection has beside endpoint and key: further headers and parameters, and an application of Entra. Secrets in it are sealed. */
@Injectable()
export class ConnectionExtrasService {
  constructor(private readonly secrets: SecretsService) {}

  show(service: OpenAiService): ServiceConnectionDto {
    const shown = (fields: ServiceField[] | null) =>
      (fields ?? []).map((field) => ({ name: field.name, value: 'sealed' in field ? MASK : field.value }));
    const { entra } = service;
    return {
      headers: shown(service.extraHeaders),
      query: shown(service.extraQuery),
      entra: entra && {
        tenantId: entra.tenantId,
        clientId: entra.clientId,
        isClientSecretSet: this.clientSecretOf(service) !== null,
        loginUrl: entra.loginUrl,
        scope: entra.scope,
      },
    };
  }

  /** In plain text; null when something in it cannot be read with this encryption key. */
  open(service: OpenAiService): Extras | null {
    const headers = this.openFields(service, 'header', service.extraHeaders);
    const query = this.openFields(service, 'query', service.extraQuery);
    const clientSecret = this.clientSecretOf(service);
    if (headers === null || query === null || (service.entra !== null && clientSecret === null)) return null;
    const { entra } = service;
    return {
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(Object.keys(query).length > 0 && { query }),
      ...(entra !== null && {
        entra: {
          loginUrl: entra.loginUrl,
          tenantId: entra.tenantId,
          clientId: entra.clientId,
          clientSecret: clientSecret!,
          scope: entra.scope,
        },
      }),
    };
  }

  /** What a request changes. Throws VALIDATION_FAILED for a value that is neither given nor stored. */
  changesOf(service: OpenAiService, dto: UpdateServiceConnectionRequestDto): ServiceChanges {
    return {
      ...(dto.headers !== undefined && { extraHeaders: this.seal(service, 'header', dto.headers) }),
      ...(dto.query !== undefined && { extraQuery: this.seal(service, 'query', dto.query) }),
      ...(dto.entra !== undefined && { entra: dto.entra && this.sealEntra(service, dto.entra) }),
    };
  }

  /** What stays when the endpoint gets another origin: nothing that is a secret. */
  withoutSecrets({ extraHeaders, extraQuery }: OpenAiService): StoredExtras {
    const plain = (fields: ServiceField[] | null) => fields?.filter((field) => 'value' in field) ?? null;
    return { extraHeaders: plain(extraHeaders), extraQuery: plain(extraQuery), entra: null };
  }

  /** Whether both say the same in plain text, however it is sealed. */
  isSame(before: OpenAiService, now: OpenAiService): boolean {
    return JSON.stringify(this.open(before)) === JSON.stringify(this.open(now));
  }

  private seal(service: OpenAiService, kind: FieldKind, given: ConnectionHeaderDto[] | null): ServiceField[] | null {
    if (given === null || given.length === 0) return null;
    const stored = (kind === 'header' ? service.extraHeaders : service.extraQuery) ?? [];
    return given.map(({ name, value }, index) => {
      if (value !== undefined && value !== MASK)
        return isSecretParameter(name) || holdsSecret(value)
          ? { name, sealed: this.secrets.seal(value, fieldPlaceOf(service, kind, name)) }
          : { name, value };
      const kept = stored.find((field) => field.name.toLowerCase() === name.toLowerCase());
      if (kept === undefined) throw missing(`${PATHS[kind]}.${index}.value`);
      return 'sealed' in kept
        ? { name, sealed: this.secrets.renew(kept.sealed, fieldPlaceOf(service, kind, name)) }
        : { ...kept, name };
    });
  }

  private sealEntra(service: OpenAiService, dto: EntraRequestDto): NonNullable<OpenAiService['entra']> {
    const defaults = entraDefaultsOf(service.endpoint!);
    const loginUrl = dto.loginUrl ? loginOf(dto.loginUrl) : defaults.loginUrl;
    const { tenantId, clientId, clientSecret } = dto;
    const place = entraPlaceOf(service, loginUrl);
    const kept =
      service.entra?.loginUrl === loginUrl ? this.secrets.renew(service.entra.sealedSecret, place) : undefined;
    const sealedSecret = clientSecret === undefined ? kept : this.secrets.seal(clientSecret, place);
    if (sealedSecret === undefined) throw missing('entra.clientSecret');
    return { loginUrl, tenantId, clientId, scope: dto.scope ?? defaults.scope, sealedSecret };
  }

  private clientSecretOf(service: OpenAiService): string | null {
    const { entra } = service;
    return entra && this.secrets.open(entra.sealedSecret, entraPlaceOf(service, entra.loginUrl));
  }

  private openFields(
    service: OpenAiService,
    kind: FieldKind,
    fields: ServiceField[] | null,
  ): Record<string, string> | null {
    const opened = (fields ?? []).map((field) => {
      const { name } = field;
      const value =
        'sealed' in field ? this.secrets.open(field.sealed, fieldPlaceOf(service, kind, name)) : field.value;
      return [kind === 'header' ? name.toLowerCase() : name, value] as const;
    });
    return opened.some(([, value]) => value === null) ? null : (Object.fromEntries(opened) as Record<string, string>);
  }
}

/** The origin of a login service. What is sent there is a secret. */
function loginOf(text: string): string {
  const { protocol, hostname, origin } = new URL(text);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return origin;
  throw invalid('entra.loginUrl', 'loginUrl must begin with https://');
}

const missing = (path: string): AppError =>
  invalid(path, `${path.split('.').at(-1)} is needed: none is stored for this address`);

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });
