import { callerKey, isAdmin, type Principal } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { ChatLooksRepository } from './chat-looks.repository.js';

/** An administrator who reads on in a chat looks at it once. */
const SAME_LOOK_MS = 10 * 60_000;
const REMEMBERED = 10_000;

/** Writes into the audit log what administrators look at: chats of other people, by whatever way. */
@Injectable()
export class ChatLooks {
  private readonly logger = new Logger('Audit');
  private readonly latest = new Map<string, number>();

  constructor(private readonly entries: ChatLooksRepository) {}

  /** A look that cannot be written down is not allowed. */
  async note(caller: Principal, chatId: string): Promise<void> {
    if (caller.kind !== 'user' || !isAdmin(caller)) return;
    const key = `${caller.userId} ${chatId}`;
    const now = performance.now();
    if (now - (this.latest.get(key) ?? -Infinity) < SAME_LOOK_MS) return;
    await this.entries.insert(callerKey(caller), 'chat.viewed', `chat:${chatId}`, { login: caller.login });
    this.latest.delete(key);
    this.latest.set(key, now);
    const [oldest] = this.latest.keys();
    if (this.latest.size > REMEMBERED && oldest !== undefined) this.latest.delete(oldest);
  }

  /** With the names of the filters, not what they look for. */
  async noteExport(caller: Principal, filters: string[]): Promise<void> {
    if (caller.kind !== 'user') return;
    await this.entries.insert(callerKey(caller), 'chats.exported', 'chats', { login: caller.login, filters });
    this.logger.log(`Chats are exported by ${callerKey(caller)}.`);
  }
}
