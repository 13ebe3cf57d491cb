import { EventStream } from '@app/common';
import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { Admission } from './admission.service.js';
import { parseBearer } from './bearer.js';
import { OpenStreamsService } from './open-streams.service.js';

/** Streams that are followed, not answers that end by themselves: those are read to their end once they were begun. */
@Injectable()
export class StreamAccessInterceptor implements NestInterceptor {
  constructor(
    private readonly streams: OpenStreamsService,
    private readonly admission: Admission,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (method !== 'GET' || headers.authorization === undefined) return next.handle();
    return next.handle().pipe(
      tap((result: unknown) => {
        const stream = result instanceof StreamableFile ? result.getStream() : null;
        const token = parseBearer(headers.authorization);
        if (!(stream instanceof EventStream) || token === null) return;
        this.streams.watch(stream, { token, admit: (principal) => this.admission.admit(context, principal) });
      }),
    );
  }
}
