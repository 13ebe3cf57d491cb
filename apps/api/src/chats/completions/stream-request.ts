import { AppError } from '@app/common';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { LogPosition } from '../../baton/index.js';

/** How a request asks for streaming. */
export interface StreamRequest {
  wantsStream: boolean;
  /** From `Last-Event-ID`; null for a first connection. */
  position: LogPosition | null;
}

const POSITION = /^(\d{1,10})(?::(\d{1,10}))?$/;

/** `seq` or `seq:offset`, as the `id` of a streamed event has it. */
function parsePosition(text: string): LogPosition {
  const [, seq, offset = '0'] = POSITION.exec(text.trim()) ?? [];
  if (seq === undefined) {
    throw new AppError('VALIDATION_FAILED', {
      detail: 'Last-Event-ID must be the id of a streamed event.',
      errors: [{ path: 'Last-Event-ID', message: 'Last-Event-ID must look like 12 or 12:340' }],
    });
  }
  return { seq: Number(seq), offset: Number(offset) };
}

/** `Accept: text/event-stream` asks for a stream; `Last-Event-ID` is the position where it resumes. */
export const Streaming = createParamDecorator((_: unknown, context: ExecutionContext): StreamRequest => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
  const lastEventId = headers['last-event-id'];
  return {
    wantsStream: headers.accept?.toLowerCase().includes('text/event-stream') ?? false,
    position: lastEventId === undefined || lastEventId === '' ? null : parsePosition(lastEventId),
  };
});
