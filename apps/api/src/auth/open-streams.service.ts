import { AppError, type EventStream, type Principal } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AuthService } from './auth.service.js';

/** With what may be remembered of an account, a lost right is noticed within five seconds. */
const CHECK_EVERY_MS = 2000;

interface Held {
  token: string;
  /** Throws for who may not read the stream. */
  admit: (principal: Principal) => void;
}

/** Streams stay open for longer than rights may last: looks again and again whether their readers may still read them. */
@Injectable()
export class OpenStreamsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Auth');
  private readonly open = new Map<EventStream, Held>();
  private timer: NodeJS.Timeout | null = null;
  private checking: Promise<void> | null = null;

  constructor(private readonly auth: AuthService) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.checking;
  }

  watch(stream: EventStream, held: Held): void {
    if (stream.destroyed) return;
    this.open.set(stream, held);
    stream.once('close', () => this.open.delete(stream));
  }

  private async check(): Promise<void> {
    await (this.checking ??= this.checkAll()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'Looking after the streams failed; trying again'))
      .finally(() => (this.checking = null)));
  }

  private async checkAll(): Promise<void> {
    for await (const [[stream, { admit }], now] of this.auth.recheck(this.open, ([, { token }]) => token))
      if (!mayStay(now, admit)) stream.cut('session_ended');
  }
}

function mayStay(now: Principal | AppError, admit: Held['admit']): boolean {
  if (now instanceof AppError) return false;
  try {
    admit(now);
    return true;
  } catch {
    return false;
  }
}
