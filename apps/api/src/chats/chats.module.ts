import { Chat, JobLeasesRepository } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BatonModule } from '../baton/baton.module.js';
import { BotsModule } from '../bots/bots.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddressedChatsRepository } from './addressed-chats.repository.js';
import { ChannelChatsRepository } from './channel-chats.repository.js';
import { ChannelChatsService } from './channel-chats.service.js';
import { ChannelWatch } from './channel-watch.service.js';
import { ChatDeletionRepository } from './chat-deletion.repository.js';
import { ChatDeletionService } from './chat-deletion.service.js';
import { ChatEventsController } from './chat-events.controller.js';
import { ChatEventsService } from './chat-events.service.js';
import { ChatFilesController } from './chat-files.controller.js';
import { ChatFilesRepository } from './chat-files.repository.js';
import { ChatFilesService } from './chat-files.service.js';
import { ChatListsRepository } from './chat-lists.repository.js';
import { ChatListsService } from './chat-lists.service.js';
import { ChatRoutingService } from './chat-routing.service.js';
import { ChatSettingsController } from './chat-settings.controller.js';
import { ChatSettingsRepository } from './chat-settings.repository.js';
import { ChatSettingsService } from './chat-settings.service.js';
import { ChatTitlesRepository } from './chat-titles.repository.js';
import { ChatTitlesService } from './chat-titles.service.js';
import { ChatVariablesController } from './chat-variables.controller.js';
import { ChatVariablesRepository } from './chat-variables.repository.js';
import { ChatVariablesService } from './chat-variables.service.js';
import { ChatsController } from './chats.controller.js';
import { ChatsRepository } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { CompletionsController } from './completions.controller.js';
import { CompletionsService } from './completions.service.js';
import { CustomerMessagesService } from './customer-messages.service.js';
import { FirstWords } from './first-words.service.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionService } from './retention.service.js';
import { TakeoverChatEventsController } from './takeover-chat-events.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TranscriptsRepository } from './transcripts.repository.js';
import { UsageRepository } from './usage.repository.js';
import { UserChatsController } from './user-chats.controller.js';

/** What people have of their chats: lists, names, settings, files; how a message comes in, and how long a chat is kept. */
@Module({
  imports: [TypeOrmModule.forFeature([Chat]), OpenAiModule, BatonModule, BotsModule, UsersModule],
  controllers: [
    ChatsController,
    ChatSettingsController,
    ChatFilesController,
    ChatVariablesController,
    CompletionsController,
    ChatEventsController,
    TakeoverChatEventsController,
    UserChatsController,
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
    FirstWords,
    JobLeasesRepository,
    RetentionRepository,
    RetentionService,
    TicketsRepository,
    TicketsService,
    TranscriptsRepository,
    UsageRepository,
  ],
  exports: [
    ChannelChatsService,
    ChannelWatch,
    ChatDeletionService,
    ChatVariablesService,
    ChatsService,
    CompletionsService,
  ],
})
export class ChatsModule {}
