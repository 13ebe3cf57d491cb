import { AppConfig, AppError } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { BotStopService } from '../../../bots/index.js';
import { TurnPromptService, type Prompt } from '../prompt/turn-prompt.service.js';
import { TurnLeasesRepository } from '../turn-leases.repository.js';
import { CommitWindow } from './commit-window.js';
import { BOTS_STOPPED, type LiveTurn } from './live-turn.js';
import { TurnConversation } from './turn-conversation.js';

/** What a run came to, apart from the text and the stop reason of its {@link LiveTurn}. */
export interface Generation {
  /** Null when the turn ended before there was one. */
  prompt: Prompt | null;
  failure: AppError | null;
}

/** Generates the answer of a turn within its deadline. Failures are results. */
@Injectable()
export class TurnGeneration {
  private readonly logger = new Logger(TurnGeneration.name);

  constructor(
    private readonly config: AppConfig,
    private readonly botStop: BotStopService,
    private readonly prompts: TurnPromptService,
    private readonly leases: TurnLeasesRepository,
    private readonly conversation: TurnConversation,
    private readonly window: CommitWindow,
  ) {}

  /** When this returns, no text of the turn is on its way into the database. */
  async generate(live: LiveTurn): Promise<Generation> {
    const generation: Generation = { prompt: null, failure: null };
    const deadline = setTimeout(
      () => live.stop({ kind: 'ended', status: 'failed', error: new AppError('TURN_DEADLINE_EXCEEDED') }),
      this.config.turns.deadlineMs,
    );
    try {
      if (await this.botStop.isStopped()) live.stop(BOTS_STOPPED);
      else await this.converse(live, generation);
    } catch (error) {
      generation.failure = this.toAppError(error);
    } finally {
      clearTimeout(deadline);
    }
    await this.window.remove(live);
    return generation;
  }

  private async converse(live: LiveTurn, generation: Generation): Promise<void> {
    // A transition between the commit of the message and the start could not revoke the turn: it was not live yet.
    const [prompt, mayWrite] = await Promise.all([
      this.prompts.buildPrompt(live.turn),
      this.leases.mayWrite(live.turn),
    ]);
    generation.prompt = prompt;
    if (mayWrite) await this.conversation.run(live, prompt);
    else live.stop({ kind: 'fenced' });
  }

  private toAppError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    this.logger.error({ err: error }, 'A turn met an unexpected error');
    return new AppError('INTERNAL', { cause: error });
  }
}
