import { SetMetadata } from '@nestjs/common';

export const AUDITED = 'audited';

export interface AuditedRequest {
  params: Record<string, string>;
  body: unknown;
}

export interface Audited {
  /** `kind.what`, for example `bot.updated`. */
  action: string | ((request: AuditedRequest) => string);
  /** The parameter of the path, or the member of the answer, that names what was acted upon; null when there is only one. */
  idName: string | null;
}

/** What the handler does is written to the audit log, once it has succeeded: who, what, on what; never what was sent. */
export const Audited = (action: Audited['action'], idName: string | null = null): MethodDecorator =>
  SetMetadata(AUDITED, { action, idName } satisfies Audited);

/** The fields of a body by name, for actions that depend on what is changed. */
export const fieldsOf = (body: unknown): string[] =>
  typeof body === 'object' && body !== null && !Buffer.isBuffer(body) ? Object.keys(body) : [];
