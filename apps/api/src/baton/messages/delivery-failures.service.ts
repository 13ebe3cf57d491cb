import { Injectable } from '@nestjs/common';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { DeliveryFailuresRepository, type DeliveryFailure } from './delivery-failures.repository.js';

/** Reports to agents, in the chat's log, what an external service did not deliver to the customer. */
@Injectable()
export class DeliveryFailuresService {
  constructor(
    private readonly failures: DeliveryFailuresRepository,
    private readonly hub: ChatLogHub,
  ) {}

  /** Reports a message once per code. */
  async report(chatId: string, failure: DeliveryFailure): Promise<void> {
    const event = await this.failures.writeFailure(chatId, failure);
    if (event !== null) this.hub.publish(chatId, [new LogEvent(event, 'agents')]);
  }
}
