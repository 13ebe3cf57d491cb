import { JobLeasesRepository } from '@app/database';
import { Module } from '@nestjs/common';
import { AccountingModule } from '../accounting/index.js';
import { BotsModule } from '../bots/index.js';
import { ModelsModule } from '../models/index.js';
import { AgentMessagesRepository } from './messages/agent-messages.repository.js';
import { AgentMessagesService } from './messages/agent-messages.service.js';
import { BotStopWatcher } from './instances/bot-stop-watcher.js';
import { ChatHints } from './instances/chat-hints.js';
import { ChatLogHub } from './log/chat-log.hub.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { ChatLogService } from './log/chat-log.service.js';
import { ChatSourcesRepository } from './turns/prompt/chat-sources.repository.js';
import { ChatStreamsService } from './readers/chat-streams.service.js';
import { CommitWindow } from './turns/running/commit-window.js';
import { DeliveryFailuresRepository } from './messages/delivery-failures.repository.js';
import { DeliveryFailuresService } from './messages/delivery-failures.service.js';
import { HandoffRulesRepository } from './handoff/handoff-rules.repository.js';
import { HandoffRulesService } from './handoff/handoff-rules.service.js';
import { ClaimedChatsRepository } from './ownership/claimed-chats.repository.js';
import { OpenStreams } from './readers/open-streams.js';
import { OwnershipRepository } from './ownership/ownership.repository.js';
import { OwnershipService } from './ownership/ownership.service.js';
import { SystemMessagesRepository } from './messages/system-messages.repository.js';
import { SystemMessagesService } from './messages/system-messages.service.js';
import { TurnChunksRepository } from './turns/turn-chunks.repository.js';
import { TurnConversation } from './turns/running/turn-conversation.js';
import { TurnDeletionRepository } from './turns/turn-deletion.repository.js';
import { TurnDeletionService } from './turns/turn-deletion.service.js';
import { TurnHistoryRepository } from './turns/prompt/turn-history.repository.js';
import { TurnIntakeRepository } from './turns/turn-intake.repository.js';
import { TurnLeasesRepository } from './turns/turn-leases.repository.js';
import { LiveTurns } from './turns/running/live-turns.js';
import { TurnEndingsService } from './turns/running/turn-endings.service.js';
import { TurnGeneration } from './turns/running/turn-generation.js';
import { TurnEndingsRepository } from './turns/turn-endings.repository.js';
import { TurnPromptService } from './turns/prompt/turn-prompt.service.js';
import { TurnRunner } from './turns/running/turn-runner.js';
import { TurnSweeper } from './instances/turn-sweeper.js';
import { TurnToolLogRepository } from './turns/tools/turn-tool-log.repository.js';
import { TurnToolsService } from './turns/tools/turn-tools.service.js';
import { TurnMeter } from './turns/running/turn-meter.js';
import { TurnMetrics } from './turns/running/turn.metrics.js';
import { TurnsRepository } from './turns/turns.repository.js';
import { TurnsService } from './entry/turns.service.js';

/** The core: who owns a chat, the turns that answer in it, and its event log. */
@Module({
  imports: [AccountingModule, BotsModule, ModelsModule],
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
    ClaimedChatsRepository,
    CommitWindow,
    DeliveryFailuresRepository,
    DeliveryFailuresService,
    HandoffRulesRepository,
    HandoffRulesService,
    LiveTurns,
    OpenStreams,
    OwnershipRepository,
    OwnershipService,
    SystemMessagesRepository,
    SystemMessagesService,
    TurnChunksRepository,
    TurnConversation,
    TurnDeletionRepository,
    TurnDeletionService,
    TurnEndingsRepository,
    TurnEndingsService,
    TurnGeneration,
    TurnHistoryRepository,
    TurnIntakeRepository,
    JobLeasesRepository,
    TurnLeasesRepository,
    TurnMeter,
    TurnMetrics,
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
    HandoffRulesService,
    OpenStreams,
    OwnershipService,
    SystemMessagesService,
    TurnDeletionService,
    TurnPromptService,
    TurnsService,
  ],
})
export class BatonModule {}
