import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { BotsModule } from '../bots/bots.module.js';
import { AgentMessagesRepository } from './agent-messages.repository.js';
import { AgentMessagesService } from './agent-messages.service.js';
import { BotStopWatcher } from './bot-stop-watcher.service.js';
import { ChatHints } from './chat-hints.service.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatLogRepository } from './chat-log.repository.js';
import { ChatLogService } from './chat-log.service.js';
import { ChatSourcesRepository } from './chat-sources.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { CommitWindow } from './commit-window.js';
import { DeliveryFailuresRepository } from './delivery-failures.repository.js';
import { DeliveryFailuresService } from './delivery-failures.service.js';
import { HandOffRulesRepository } from './hand-off-rules.repository.js';
import { HandOffRulesService } from './hand-off-rules.service.js';
import { HeldChatsRepository } from './held-chats.repository.js';
import { OwnershipRepository } from './ownership.repository.js';
import { OwnershipService } from './ownership.service.js';
import { SystemMessagesRepository } from './system-messages.repository.js';
import { SystemMessagesService } from './system-messages.service.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';
import { TurnConversation } from './turn-conversation.service.js';
import { TurnDeletionRepository } from './turn-deletion.repository.js';
import { TurnDeletionService } from './turn-deletion.service.js';
import { TurnHistoryRepository } from './turn-history.repository.js';
import { TurnIntakeRepository } from './turn-intake.repository.js';
import { TurnLeasesRepository } from './turn-leases.repository.js';
import { TurnOutcomeRepository } from './turn-outcome.repository.js';
import { TurnPromptService } from './turn-prompt.service.js';
import { TurnRunner } from './turn-runner.service.js';
import { TurnSweeper } from './turn-sweeper.service.js';
import { TurnToolLogRepository } from './turn-tool-log.repository.js';
import { TurnToolsService } from './turn-tools.service.js';
import { TurnMetrics } from './turn.metrics.js';
import { TurnsRepository } from './turns.repository.js';
import { TurnsService } from './turns.service.js';

/** The heart: who holds a chat, the turns that answer in it, and the log of what happened. */
@Module({
  imports: [OpenAiModule, BotsModule],
  providers: [
    AgentMessagesRepository,
    AgentMessagesService,
    BotStopWatcher,
    ChatHints,
    ChatLogHub,
    ChatLogRepository,
    ChatLogService,
    ChatSourcesRepository,
    ChatStreamsService,
    CommitWindow,
    DeliveryFailuresRepository,
    DeliveryFailuresService,
    HandOffRulesRepository,
    HandOffRulesService,
    HeldChatsRepository,
    OwnershipRepository,
    OwnershipService,
    SystemMessagesRepository,
    SystemMessagesService,
    TurnChunksRepository,
    TurnConversation,
    TurnDeletionRepository,
    TurnDeletionService,
    TurnHistoryRepository,
    TurnIntakeRepository,
    TurnLeasesRepository,
    TurnMetrics,
    TurnOutcomeRepository,
    TurnPromptService,
    TurnRunner,
    TurnSweeper,
    TurnToolLogRepository,
    TurnToolsService,
    TurnsRepository,
    TurnsService,
  ],
  exports: [
    AgentMessagesService,
    ChatLogService,
    ChatStreamsService,
    DeliveryFailuresService,
    HandOffRulesService,
    OwnershipService,
    SystemMessagesService,
    TurnDeletionService,
    TurnsService,
  ],
})
export class BatonModule {}
