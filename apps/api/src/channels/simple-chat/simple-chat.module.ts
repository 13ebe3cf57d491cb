import { Module } from '@nestjs/common';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { ConversationsFile } from './conversations-file.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { SimpleChatConfig } from './simple-chat.config.js';
import { SimpleChatDoor } from './simple-chat-door.js';
import { SimpleChatThreadsRepository } from './simple-chat-threads.repository.js';
import { SimpleChatController } from './simple-chat.controller.js';
import { SimpleChatService } from './simple-chat.service.js';

/** Ask and get the answer: `POST /api/chat`. */
@Module({
  imports: [BotsModule, ChatsModule],
  controllers: [SimpleChatController, ConversationsController],
  providers: [
    ConversationsFile,
    ConversationsRepository,
    ConversationsService,
    SimpleChatConfig,
    SimpleChatDoor,
    SimpleChatService,
    SimpleChatThreadsRepository,
  ],
})
export class SimpleChatModule {}
