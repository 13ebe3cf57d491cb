import { Injectable } from '@nestjs/common';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { DeliveryFailuresRepository, type DeliveryFailure } from './delivery-failures.repository.js';

/** Tells agents, in the chat's log, what did not reach a customer who is on another service. */
@Injectable()
export class DeliveryFailuresService {
  constructor(
    private readonly failures: DeliveryFailuresRepository,
    private readonly hub: ChatLogHub,
  ) {}

  /** Once for each message and code. */
  async report(chatId: string, failure: DeliveryFailure): Promise<void> {
    const event = await this.failures.writeFailure(chatId, failure);
    if (event !== null) this.hub.publish(chatId, [new LogEvent(event, 'agents')]);
  }
}
