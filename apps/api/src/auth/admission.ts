import {
  ACCESS_LEVEL,
  AppConfig,
  AppError,
  isAdmin,
  isAgent,
  OPEN_WHEN,
  type AccessLevel,
  type IsOpen,
  type Principal,
} from '@app/common';
import { Injectable, Logger, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

/** Whether a caller may call a handler. Closed by default: a handler without a declared access level refuses all callers. */
@Injectable()
export class Admission {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly reflector: Reflector,
    private readonly config: AppConfig,
  ) {}

  /** Throws UNAUTHENTICATED or FORBIDDEN for who may not. */
  admit(context: ExecutionContext, principal: Principal): void {
    const handler = context.getHandler();
    const marked = [handler, context.getClass()];
    const level = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_LEVEL, marked);
    if (level === undefined) {
      this.logger.error(`${context.getClass().name}.${handler.name} does not say who may call it.`);
      throw new AppError('FORBIDDEN');
    }
    const isOpen = this.reflector.getAllAndOverride<IsOpen | undefined>(OPEN_WHEN, marked);
    if (level === 'anonymous' || isOpen?.(this.config) === true) return;
    if (principal.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
    if (principal.kind === 'visitor') throw new AppError('FORBIDDEN');
    if (level === 'agent' && !isAgent(principal)) throw new AppError('FORBIDDEN');
    if (level === 'admin' && !isAdmin(principal)) throw new AppError('FORBIDDEN');
  }
}
