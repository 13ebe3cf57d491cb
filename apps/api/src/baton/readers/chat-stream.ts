import { EventStream } from '@app/common';
import type { StreamEventData } from '@app/contracts';
import type { LogPosition } from '../log/log-position.js';
import type { LogItem } from '../log/chat-log.hub.js';

/** A chat's log as an SSE stream. */
export class ChatStream extends EventStream {
  sendItem(item: LogItem, { seq, offset }: LogPosition, json = item.json): void {
    const type = item.kind === 'event' ? item.event.type : 'message.delta';
    this.send(`id: ${seq}:${offset}\nevent: ${type}\ndata: ${json}\n\n`);
  }

  /** Sends an event without an id. */
  sendNotice<Type extends Exclude<keyof StreamEventData, 'message.delta'>>(
    type: Type,
    data: StreamEventData[Type],
  ): void {
    this.send(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
