import { Chat, JobLeasesRepository } from '@app/database';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountingModule } from '../accounting/index.js';
import { BatonModule } from '../baton/index.js';
import { BotsModule } from '../bots/index.js';
import { ModelsModule } from '../models/index.js';
import { UsersModule } from '../users/index.js';
import { AddressedChatsRepository } from './chat/addressed-chats.repository.js';
import { ChannelChatsRepository } from './for-channels/channel-chats.repository.js';
import { ChannelChatsService } from './for-channels/channel-chats.service.js';
import { ChannelWatch } from './for-channels/channel-watch.js';
import { ChatDeletionRepository } from './deletion/chat-deletion.repository.js';
import { ChatDeletionService } from './deletion/chat-deletion.service.js';
import { ChatEventsController } from './events/chat-events.controller.js';
import { ChatEventsService } from './events/chat-events.service.js';
import { ChatFilesController } from './files/chat-files.controller.js';
import { ChatFilesRepository } from './files/chat-files.repository.js';
import { ChatFilesService } from './files/chat-files.service.js';
import { ChatListsRepository } from './lists/chat-lists.repository.js';
import { ChatListsService } from './lists/chat-lists.service.js';
import { ChatRoutingService } from './completions/chat-routing.service.js';
import { ChatSettingsController } from './settings/chat-settings.controller.js';
import { ChatSettingsRepository } from './settings/chat-settings.repository.js';
import { ChatSettingsService } from './settings/chat-settings.service.js';
import { ChatTitlesRepository } from './settings/chat-titles.repository.js';
import { ChatTitlesService } from './settings/chat-titles.service.js';
import { ChatVariablesController } from './settings/chat-variables.controller.js';
import { ChatVariablesRepository } from './settings/chat-variables.repository.js';
import { ChatVariablesService } from './settings/chat-variables.service.js';
import { ChatsController } from './chat/chats.controller.js';
import { ChatsRepository } from './chat/chats.repository.js';
import { ChatsService } from './chat/chats.service.js';
import { CompletionsController } from './completions/completions.controller.js';
import { CompletionsService } from './completions/completions.service.js';
import { CustomerMessagesService } from './completions/customer-messages.service.js';
import { StartupHint } from './chat/startup-hint.js';
import { ChatLooks } from './looks/chat-looks.js';
import { ChatLooksRepository } from './looks/chat-looks.repository.js';
import { RetentionRepository } from './deletion/retention.repository.js';
import { RetentionService } from './deletion/retention.service.js';
import { TakeoverChatEventsController } from './events/takeover-chat-events.controller.js';
import { SuccessorTrialsController } from './trials/successor-trials.controller.js';
import { SuccessorTrialsRepository } from './trials/successor-trials.repository.js';
import { SuccessorTrialsService } from './trials/successor-trials.service.js';
import { TicketsRepository } from './files/tickets.repository.js';
import { TicketsService } from './files/tickets.service.js';
import { TranscriptsRepository } from './files/transcripts.repository.js';
import { UserChatsController } from './lists/user-chats.controller.js';

/** Chats as customers use them: messages, lists, titles, settings, files, deletion and retention. */
@Module({
  imports: [TypeOrmModule.forFeature([Chat]), AccountingModule, BatonModule, BotsModule, ModelsModule, UsersModule],
  controllers: [
    ChatsController,
    ChatSettingsController,
    ChatFilesController,
    ChatVariablesController,
    CompletionsController,
    ChatEventsController,
    TakeoverChatEventsController,
    UserChatsController,
    SuccessorTrialsController,
  ],
  providers: [
    AddressedChatsRepository,
    ChannelChatsRepository,
    ChannelChatsService,
    ChannelWatch,
    ChatDeletionRepository,
    ChatDeletionService,
    ChatEventsService,
    ChatFilesRepository,
    ChatFilesService,
    ChatListsRepository,
    ChatListsService,
    ChatRoutingService,
    ChatSettingsRepository,
    ChatSettingsService,
    ChatTitlesRepository,
    ChatTitlesService,
    ChatVariablesRepository,
    ChatVariablesService,
    ChatsRepository,
    ChatsService,
    CompletionsService,
    CustomerMessagesService,
    StartupHint,
    ChatLooks,
    ChatLooksRepository,
    JobLeasesRepository,
    RetentionRepository,
    SuccessorTrialsRepository,
    SuccessorTrialsService,
    RetentionService,
    TicketsRepository,
    TicketsService,
    TranscriptsRepository,
  ],
  exports: [
    ChatLooks,
    ChannelChatsService,
    ChannelWatch,
    ChatDeletionService,
    ChatFilesService,
    ChatVariablesService,
    ChatsService,
    CompletionsService,
  ],
})
export class ChatsModule {}
