import { AppError, EventStream, type Principal } from '@app/common';
import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { Admission } from './admission.js';
import type { Credential } from './auth.service.js';
import { OpenConnections } from './open-connections.js';

/** Has the reader of an open event stream rechecked. Answers that end by themselves are read to their end once they were started. */
@Injectable()
export class StreamAccessInterceptor implements NestInterceptor {
  constructor(
    private readonly connections: OpenConnections,
    private readonly admission: Admission,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { method, credential } = context.switchToHttp().getRequest<FastifyRequest & { credential?: Credential }>();
    if (method !== 'GET' || !credential) return next.handle();
    return next.handle().pipe(
      tap((result: unknown) => {
        const stream = result instanceof StreamableFile ? result.getStream() : null;
        if (!(stream instanceof EventStream)) return;
        this.watch(stream, credential, (caller) => this.admission.admit(context, caller));
      }),
    );
  }

  private watch(stream: EventStream, credential: Credential, admit: (caller: Principal) => void): void {
    if (stream.destroyed) return;
    const recheck = (caller: Principal | AppError): void => {
      if (!isAdmitted(caller, admit)) stream.cut('session_ended');
    };
    stream.once('close', this.connections.watch({ credential, recheck }));
  }
}

function isAdmitted(caller: Principal | AppError, admit: (caller: Principal) => void): boolean {
  if (caller instanceof AppError) return false;
  try {
    admit(caller);
    return true;
  } catch {
    return false;
  }
}
