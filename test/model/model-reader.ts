import type { ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';
import type { LogItem } from '../../apps/api/src/baton/log/chat-log.hub.js';
import type { LogPosition } from '../../apps/api/src/baton/log/log-position.js';
import type { Instance } from './instance.js';

/** A reader of a chat, over any number of connections, that records faults. */
export class ModelReader {
  readonly events: ChatEventEnvelope[] = [];
  readonly faults: string[] = [];
  /** What was shown of each bot message. */
  readonly shown = new Map<string, string>();
  /** Has never been away. */
  hasStayed = true;
  private position: LogPosition = { seq: 0, offset: 0 };
  private openTurnId: string | null = null;
  private connection: { instance: Instance; isOpen: boolean; close: (() => void) | null } | null = null;

  constructor(
    readonly name: string,
    readonly audience: EventAudience,
    private readonly chatId: string,
  ) {}

  get isConnected(): boolean {
    return this.connection !== null;
  }

  isConnectedTo(instance: Instance): boolean {
    return this.connection?.instance === instance;
  }

  /** Goes on where it stopped, on any instance. */
  connect(instance: Instance): void {
    const connection = { instance, isOpen: true, close: null as (() => void) | null };
    this.connection = connection;
    const sink = {
      deliver: (item: LogItem, position: LogPosition) => {
        if (connection.isOpen) this.accept(item, position);
      },
      fail: (error: unknown) => void this.faults.push(`${this.name} was let down: ${String(error)}`),
    };
    instance.streams.followWith(this.chatId, this.position, this.audience, sink).then(
      (close) => {
        connection.close = close;
        if (!connection.isOpen) close();
      },
      (error: unknown) => sink.fail(error),
    );
  }

  disconnect(): void {
    if (this.connection === null) return;
    this.hasStayed = false;
    this.connection.isOpen = false;
    this.connection.close?.();
    this.connection = null;
  }

  private accept(item: LogItem, position: LogPosition): void {
    if (item.kind === 'event') this.acceptEvent(item.event);
    else this.acceptDelta(item.delta);
    this.position = { ...position };
  }

  private acceptDelta({
    turnId,
    messageId,
    offset,
    text,
  }: {
    turnId: string;
    messageId: string;
    offset: number;
    text: string;
  }): void {
    const shown = this.shown.get(messageId) ?? '';
    if (turnId !== this.openTurnId) this.faults.push(`${this.name} heard the bot of a turn that is not on: "${text}"`);
    if (offset !== shown.length) this.faults.push(`${this.name} got text at ${offset} of ${shown.length}`);
    this.shown.set(messageId, shown + text);
  }

  private acceptEvent(event: ChatEventEnvelope): void {
    const last = this.events.at(-1)?.seq ?? 0;
    if (event.seq <= last) this.faults.push(`${this.name} got event ${event.seq} after ${last}`);
    this.events.push(event);
    switch (event.type) {
      case 'turn.started':
        this.openTurnId = event.data.turnId;
        break;
      case 'message.completed': {
        const shown = this.shown.get(event.data.messageId);
        if (event.data.turnId !== this.openTurnId)
          this.faults.push(`${this.name} got the bot's message of a turn that is not on`);
        if (shown !== undefined && shown !== event.data.text)
          this.faults.push(`${this.name} was shown "${shown}" of "${event.data.text}"`);
        break;
      }
      case 'turn.ended':
        if (event.data.turnId === this.openTurnId) this.openTurnId = null;
        break;
      case 'ownership.changed':
        if (this.openTurnId !== null) this.faults.push(`${this.name} saw the baton pass while a turn was on`);
        this.openTurnId = null;
        break;
      case 'tool.called':
      case 'tool.returned':
        if (event.data.turnId !== this.openTurnId) this.faults.push(`${this.name} saw a tool of a turn that is not on`);
        break;
      case 'message.created':
      case 'note.created':
      case 'whisper.created':
      case 'delivery.failed':
        break;
    }
  }
}
