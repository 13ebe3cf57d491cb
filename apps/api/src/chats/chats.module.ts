import { Chat } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminModule } from '../admin/admin.module.js';
import { BotsModule } from '../bots/bots.module.js';
import { AgentMessagesRepository } from './agent-messages.repository.js';
import { AgentMessagesService } from './agent-messages.service.js';
import { ChatEventsController } from './chat-events.controller.js';
import { ChatEventsService } from './chat-events.service.js';
import { ChatHints } from './chat-hints.service.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatLogRepository } from './chat-log.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { ChatsController } from './chats.controller.js';
import { ChatsRepository } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { CommitWindow } from './commit-window.js';
import { CompletionsController } from './completions.controller.js';
import { CompletionsService } from './completions.service.js';
import { HandOffRulesRepository } from './hand-off-rules.repository.js';
import { HandOffRulesService } from './hand-off-rules.service.js';
import { OwnershipRepository } from './ownership.repository.js';
import { OwnershipService } from './ownership.service.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';
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
import { UserChatsController } from './user-chats.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Chat]), OpenAiModule, AdminModule, BotsModule],
  controllers: [ChatsController, CompletionsController, ChatEventsController, UserChatsController],
  providers: [
    AgentMessagesRepository,
    AgentMessagesService,
    ChatEventsService,
    ChatHints,
    ChatLogHub,
    ChatLogRepository,
    ChatStreamsService,
    ChatsRepository,
    ChatsService,
    CommitWindow,
    CompletionsService,
    HandOffRulesRepository,
    HandOffRulesService,
    OwnershipRepository,
    OwnershipService,
    TurnChunksRepository,
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
  ],
  exports: [AgentMessagesService, ChatsService, ChatStreamsService, OwnershipService, TurnsService],
})
export class ChatsModule {}
