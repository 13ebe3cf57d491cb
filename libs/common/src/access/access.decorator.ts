import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../http/problems/api-problems.decorator.js';
import type { AppConfig } from '../config/app-config.js';
import type { Principal, UserPrincipal } from './principal.js';

/**
 * Who may call a handler. `anonymous` admits every caller (the service decides what they see), `user` needs an account, `agent` and
 * `admin` the role. The guard refuses every handler that carries no level.
 */
export type AccessLevel = 'anonymous' | 'user' | 'agent' | 'admin';

export const ACCESS_LEVEL = 'access-level';
export const BEARER = 'bearer';

/** Marks who may call, and says the same in the OpenAPI document. */
export function Access(level: AccessLevel): MethodDecorator & ClassDecorator {
  const documented =
    level === 'anonymous'
      ? [ApiSecurity({}), ApiBearerAuth(BEARER), ApiProblems(401)]
      : [level === 'user' ? ApiBearerAuth(BEARER) : ApiSecurity(BEARER, [level]), ApiProblems(401, 403)];
  return applyDecorators(SetMetadata(ACCESS_LEVEL, level), ...documented);
}

export const OPEN_WHEN = 'open-when';
export type IsOpen = (config: AppConfig) => boolean;

/** Admits every caller, whatever `@Access` says, where the operator has chosen so. The service sees an anonymous caller then. */
export const OpenWhen = (isOpen: IsOpen): MethodDecorator & ClassDecorator => SetMetadata(OPEN_WHEN, isOpen);

/** Set on the request (or the socket) by the guard. */
export interface WithPrincipal {
  principal: Principal;
}

const principalOf = (context: ExecutionContext): Principal =>
  context.switchToHttp().getRequest<WithPrincipal>().principal;

/** The caller, who may be anonymous. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(context));

/** The caller of a handler that needs an account. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): UserPrincipal => principalOf(context) as UserPrincipal,
);
