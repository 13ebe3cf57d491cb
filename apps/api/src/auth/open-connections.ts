import { AppError, hasCode, WorkLoop, type Principal } from '@app/common';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { AuthService, type Credential } from './auth.service.js';

/** With the time for which accounts are cached, a lost right is noticed within five seconds. */
const RECHECK_EVERY_MS = 2000;

/** A connection that stays open for longer than the rights of its caller may last. */
export interface OpenConnection {
  credential: Credential;
  /** Gets the caller as it is now, or why the credential is no longer accepted, and closes the connection that may not stay. */
  recheck(caller: Principal | AppError): void | Promise<void>;
}

/**
 * Decides again and again whether open connections may stay. Connections with the same credential are checked together; where
 * it cannot be checked at the moment, they stay.
 */
@Injectable()
export class OpenConnections implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly connections = new Map<string, Set<OpenConnection>>();
  private readonly loop = new WorkLoop('Rechecking open connections', RECHECK_EVERY_MS, () => this.recheckAll());

  constructor(private readonly auth: AuthService) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Returns what ends the checks: to be called when the connection is closed. */
  watch(connection: OpenConnection): () => void {
    const key = JSON.stringify(connection.credential);
    const others = this.connections.get(key) ?? new Set();
    this.connections.set(key, others.add(connection));
    return () => {
      others.delete(connection);
      if (others.size === 0 && this.connections.get(key) === others) this.connections.delete(key);
    };
  }

  @OnEvent('user.changed')
  @OnEvent('session.ended')
  onLostRights(): void {
    this.loop.wake();
  }

  /** A connection whose check fails does not keep the others from theirs. */
  private async recheckAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const connections of this.connections.values()) {
      const [first] = connections;
      const caller = first === undefined ? null : await this.identify(first.credential);
      if (caller === null) continue;
      const checks = [...connections].map(async (connection) => connection.recheck(caller));
      for (const check of await Promise.allSettled(checks))
        if (check.status === 'rejected') failures.push(check.reason);
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Null when it cannot be known at the moment. */
  private async identify(credential: Credential): Promise<Principal | AppError | null> {
    try {
      return await this.auth.identify(credential);
    } catch (error) {
      return hasCode(error, 'INVALID_TOKEN') ? error : null;
    }
  }
}
