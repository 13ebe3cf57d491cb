import { AppError, callerKey, toProblem } from '@app/common';
import { TAKEOVER_COMMANDS } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { acknowledgeOf } from './acknowledge.js';
import { faultsOf } from './command-input.js';
import type { TakeoverSocket } from './takeover-sockets.js';
import { TokenBucket } from './token-bucket.js';

const PER_SOCKET = { burst: 60, perSecond: 20 };
const PER_CALLER = { burst: 300, perSecond: 60 };
/** Refusals that a connection may cause before it is closed. */
const PATIENCE = { burst: 500, perSecond: 10 };
const BUCKETS_KEPT = 10_000;

/** What happens to every command before it reaches its handler: it must be known, come slowly enough, and be of the right shape. */
@Injectable()
export class CommandLimits {
  private readonly callers = new Map<string, TokenBucket>();

  apply(socket: TakeoverSocket): void {
    const bucket = new TokenBucket(PER_SOCKET.burst, PER_SOCKET.perSecond);
    const patience = new TokenBucket(PATIENCE.burst, PATIENCE.perSecond);
    socket.use(([name, ...parts], next) => {
      const caller = this.bucketOf(socket);
      if (!bucket.take() || !caller.take()) {
        if (!patience.take()) socket.disconnect(true);
        return refuse(parts, new AppError('RATE_LIMITED', { retryAfterSeconds: 1 }));
      }
      const error = checkCommand(name, parts);
      if (error === null) next();
      else refuse(parts, error);
    });
  }

  /** Connections of one account share it; so do those of one address without account. */
  private bucketOf({ data: { principal }, handshake }: TakeoverSocket): TokenBucket {
    const key = principal.kind === 'user' ? callerKey(principal) : `ip:${handshake.address}`;
    let bucket = this.callers.get(key);
    if (bucket === undefined) {
      if (this.callers.size >= BUCKETS_KEPT) this.forgetFullBuckets();
      bucket = new TokenBucket(PER_CALLER.burst, PER_CALLER.perSecond);
      this.callers.set(key, bucket);
    }
    return bucket;
  }

  private forgetFullBuckets(): void {
    for (const [key, bucket] of this.callers) if (bucket.isFull) this.callers.delete(key);
  }
}

function checkCommand(name: unknown, parts: readonly unknown[]): AppError | null {
  if (!TAKEOVER_COMMANDS.some((known) => known === name))
    return new AppError('NOT_FOUND', { detail: 'There is no such command.' });
  const errors = faultsOf(typeof parts.at(-1) === 'function' ? parts.slice(0, -1) : parts);
  return errors.length === 0 ? null : new AppError('VALIDATION_FAILED', { errors });
}

function refuse(parts: readonly unknown[], error: AppError): void {
  acknowledgeOf(parts)?.({ ok: false, problem: toProblem(error, null) });
}
