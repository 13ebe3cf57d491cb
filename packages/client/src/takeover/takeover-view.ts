import type { ChatEventEnvelope, MessageDelta } from '../generated/contracts/index.js';

/** Where a watched chat can be taken up again. */
export interface ViewPosition {
  after: number;
  offset: number;
}

/**
 * What has been seen of one chat. Says of everything that arrives whether it is new, so that nothing is shown twice after a
 * reconnection, and notices when something is missing.
 */
export class TakeoverView {
  private seq: number;
  private running: { messageId: string; length: number } | null = null;
  private knownOffset: number;

  constructor({ after, offset }: ViewPosition) {
    this.seq = after;
    this.knownOffset = offset;
  }

  get position(): ViewPosition {
    return { after: this.seq, offset: this.running?.length ?? this.knownOffset };
  }

  /** Whether the event is new. */
  takeEvent(event: ChatEventEnvelope): boolean {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    if (event.type === 'turn.started') this.begin(event.data.messageId);
    else if (event.type === 'message.completed' || event.type === 'turn.ended') this.begin(null);
    return true;
  }

  /** What of the delta is new; `gap` when text before it is missing, null when nothing is new. */
  takeDelta(delta: MessageDelta): MessageDelta | 'gap' | null {
    const known = this.running?.messageId === delta.messageId ? this.running.length : this.knownOffset;
    if (delta.offset > known) return 'gap';
    const text = delta.text.slice(known - delta.offset);
    if (text === '') return null;
    this.running = { messageId: delta.messageId, length: known + text.length };
    this.knownOffset = 0;
    return { ...delta, offset: known, text };
  }

  private begin(messageId: string | null): void {
    this.running = messageId === null ? null : { messageId, length: 0 };
    this.knownOffset = 0;
  }
}
