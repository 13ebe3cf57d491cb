import { AppError, notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { TurnDeletionRepository } from './turn-deletion.repository.js';
import { TurnRunner } from './running/turn-runner.service.js';

/** Makes room for deleting: nothing that is still being said is deleted. */
@Injectable()
export class TurnDeletionService {
  constructor(
    private readonly turns: TurnDeletionRepository,
    private readonly runner: TurnRunner,
    private readonly hub: ChatLogHub,
  ) {}

  /** Ends the turns that run in the chats, and those that wait. What they cost is on record, and none is begun in their place. */
  async quiet(chatIds: string[]): Promise<void> {
    for (const { chatId, turnId, events } of await this.turns.quiet(chatIds)) {
      this.runner.stopTurn(turnId, { kind: 'fenced' });
      this.hub.publishEvents(chatId, events);
    }
  }

  /** Takes one question and its answer out of a chat. Refused while the answer is being given. */
  async deleteTurn(chatId: string, turnId: string): Promise<void> {
    switch (await this.turns.deleteTurn(chatId, turnId)) {
      case 'done':
        return;
      case 'missing':
        throw notFound('The completion');
      case 'running':
        throw new AppError('CONFLICT', { detail: 'The bot is still answering. Stop it first.' });
    }
  }
}
