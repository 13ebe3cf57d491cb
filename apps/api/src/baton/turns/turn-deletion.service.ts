import { AppError, notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { TurnDeletionRepository } from './turn-deletion.repository.js';
import { TurnRunner } from './running/turn-runner.js';

/** Deletes turns, and ends those of chats that are about to be deleted. */
@Injectable()
export class TurnDeletionService {
  constructor(
    private readonly turns: TurnDeletionRepository,
    private readonly runner: TurnRunner,
  ) {}

  /** Interrupts the running and queued turns of the chats; their usage is recorded, and none starts in their place. */
  async interruptAll(chatIds: string[]): Promise<void> {
    for (const { chatId, turnId, events } of await this.turns.interruptAll(chatIds))
      this.runner.afterCommit({ chatId, events, revokedTurnId: turnId });
  }

  /** Deletes one question and its answer. Throws `CONFLICT` while the answer is being generated. */
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
