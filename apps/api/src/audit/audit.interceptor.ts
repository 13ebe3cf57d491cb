import { AUDITED, callerKey, fieldsOf, type Audited, type AuditedRequest, type Principal } from '@app/common';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { concatMap, type Observable } from 'rxjs';
import { AuditService } from './audit.service.js';

/** Writes down what handlers marked with `@Audited` have done, when they have succeeded. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly audit: AuditService,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audited = this.reflector.get<Audited | undefined>(AUDITED, context.getHandler());
    if (audited === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<AuditedRequest & { principal: Principal }>();
    return next.handle().pipe(
      concatMap(async (result: unknown) => {
        await this.audit.record(entryOf(audited, request, result));
        return result;
      }),
    );
  }
}

function entryOf(audited: Audited, request: AuditedRequest & { principal: Principal }, result: unknown) {
  const { principal, params, body } = request;
  const action = typeof audited.action === 'string' ? audited.action : audited.action(request);
  const { [audited.idName ?? '']: named, ...others } = params;
  const id = named ?? idIn(result, audited.idName);
  const kind = action.split('.', 1)[0]!;
  const fields = fieldsOf(body);
  return {
    actor: callerKey(principal),
    action,
    target: id === null ? kind : `${kind}:${id}`,
    data: {
      ...(principal.kind === 'user' && { login: principal.login }),
      ...others,
      ...(fields.length > 0 && { fields }),
    },
  };
}

/** Of what has just been made: the answer names it, or is its id. */
function idIn(result: unknown, name: string | null): string | null {
  if (name === null) return null;
  const id = typeof result === 'object' && result !== null ? (result as Record<string, unknown>)[name] : result;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
