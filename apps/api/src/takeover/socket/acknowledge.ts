import { hasCode, toProblem } from '@app/common';
import type { Acknowledgement } from '@app/contracts';
import {
  Catch,
  Injectable,
  Logger,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { TakeoverSocket } from './takeover-sockets.js';

type Acknowledge = (answer: Acknowledgement<unknown>) => void;

/** The function that answers a command, where the sender asked for an answer. */
export const acknowledgeOf = (parts: readonly unknown[]): Acknowledge | null =>
  (parts.findLast((part) => typeof part === 'function') as Acknowledge | undefined) ?? null;

/** Answers every command that went well. */
@Injectable()
export class AcknowledgeInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<Acknowledgement<unknown>> {
    return next.handle().pipe(map((data: unknown) => ({ ok: true, data: data ?? {} })));
  }
}

/** Answers every command that failed, with a problem as over HTTP. Unexpected errors are logged and not shown. */
@Catch()
export class CommandProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('TakeoverProblem');

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = toProblem(error, null);
    if (problem.code === 'INTERNAL') this.logger.error(error instanceof Error ? error : { thrown: typeof error });
    acknowledgeOf(host.getArgs<unknown[]>())?.({ ok: false, problem });
    const socket = host.switchToWs().getClient<TakeoverSocket>();
    // The account is gone: nothing that this connection asks for can succeed.
    if (hasCode(error, 'INVALID_TOKEN')) socket.disconnect(true);
  }
}
