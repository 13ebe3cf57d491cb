import { Chat } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminModule } from '../admin/admin.module.js';
import { BotsModule } from '../bots/bots.module.js';
import { AgentMessagesRepository } from './agent-messages.repository.js';
import { AgentMessagesService } from './agent-messages.service.js';
import { UsersModule } from '../users/users.module.js';
import { BotStopWatcher } from './bot-stop-watcher.service.js';
import { ChatDeletionRepository } from './chat-deletion.repository.js';
import { ChatDeletionService } from './chat-deletion.service.js';
import { ChatEventsController } from './chat-events.controller.js';
import { ChatEventsService } from './chat-events.service.js';
import { ChatFilesController } from './chat-files.controller.js';
import { ChatFilesRepository } from './chat-files.repository.js';
import { ChatFilesService } from './chat-files.service.js';
import { ChatHints } from './chat-hints.service.js';
import { ChatListsRepository } from './chat-lists.repository.js';
import { ChatListsService } from './chat-lists.service.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatLogRepository } from './chat-log.repository.js';
import { ChatRoutingService } from './chat-routing.service.js';
import { ChatSettingsController } from './chat-settings.controller.js';
import { ChatSettingsRepository } from './chat-settings.repository.js';
import { ChatSettingsService } from './chat-settings.service.js';
import { ChatSourcesRepository } from './chat-sources.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { ChatTitlesRepository } from './chat-titles.repository.js';
import { ChatTitlesService } from './chat-titles.service.js';
import { ChatsController } from './chats.controller.js';
import { ChatsRepository } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { CommitWindow } from './commit-window.js';
import { CompletionsController } from './completions.controller.js';
import { CompletionsService } from './completions.service.js';
import { FirstWords } from './first-words.service.js';
import { HandOffRulesRepository } from './hand-off-rules.repository.js';
import { HandOffRulesService } from './hand-off-rules.service.js';
import { JobLeasesRepository } from './job-leases.repository.js';
import { OwnershipRepository } from './ownership.repository.js';
import { OwnershipService } from './ownership.service.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionService } from './retention.service.js';
import { SystemMessagesRepository } from './system-messages.repository.js';
import { SystemMessagesService } from './system-messages.service.js';
import { TakeoverChatEventsController } from './takeover-chat-events.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TranscriptsRepository } from './transcripts.repository.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';
import { TurnConversation } from './turn-conversation.service.js';
import { TurnHistoryRepository } from './turn-history.repository.js';
import { TurnIntakeRepository } from './turn-intake.repository.js';
import { TurnLeasesRepository } from './turn-leases.repository.js';
import { TurnOutcomeRepository } from './turn-outcome.repository.js';
import { TurnPromptService } from './turn-prompt.service.js';
import { TurnRunner } from './turn-runner.service.js';
import { TurnSweeper } from './turn-sweeper.service.js';
import { TurnToolsService } from './turn-tools.service.js';
import { TurnMetrics } from './turn.metrics.js';
import { TurnsService } from './turns.service.js';
import { UsageRepository } from './usage.repository.js';
import { UserChatsController } from './user-chats.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Chat]), OpenAiModule, AdminModule, BotsModule, UsersModule],
  controllers: [
    ChatsController,
    ChatSettingsController,
    ChatFilesController,
    CompletionsController,
    ChatEventsController,
    TakeoverChatEventsController,
    UserChatsController,
  ],
  providers: [
    AgentMessagesRepository,
    AgentMessagesService,
    BotStopWatcher,
    ChatDeletionRepository,
    ChatDeletionService,
    ChatEventsService,
    ChatFilesRepository,
    ChatFilesService,
    ChatHints,
    ChatListsRepository,
    ChatListsService,
    ChatLogHub,
    ChatLogRepository,
    ChatRoutingService,
    ChatSettingsRepository,
    ChatSettingsService,
    ChatSourcesRepository,
    ChatStreamsService,
    ChatTitlesRepository,
    ChatTitlesService,
    ChatsRepository,
    ChatsService,
    CommitWindow,
    CompletionsService,
    FirstWords,
    HandOffRulesRepository,
    HandOffRulesService,
    JobLeasesRepository,
    OwnershipRepository,
    OwnershipService,
    RetentionRepository,
    RetentionService,
    SystemMessagesRepository,
    SystemMessagesService,
    TicketsRepository,
    TicketsService,
    TranscriptsRepository,
    TurnChunksRepository,
    TurnConversation,
    TurnHistoryRepository,
    TurnIntakeRepository,
    TurnLeasesRepository,
    TurnMetrics,
    TurnOutcomeRepository,
    TurnPromptService,
    TurnRunner,
    TurnSweeper,
    TurnToolsService,
    TurnsService,
    UsageRepository,
  ],
  exports: [
    AgentMessagesService,
    ChatsService,
    ChatStreamsService,
    OwnershipService,
    SystemMessagesService,
    TurnsService,
  ],
})
export class ChatsModule {}
