import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { BatonModule } from '../../baton/index.js';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { TakeoverModule } from '../../takeover/index.js';
import { AssistantsController } from './assistants/assistants.controller.js';
import { AssistantsService } from './assistants/assistants.service.js';
import { ThreadAgentsController } from './agents/thread-agents.controller.js';
import { ThreadAgentsService } from './agents/thread-agents.service.js';
import { ThreadConversationService } from './thread-conversation.service.js';
import { ThreadFeedController } from './live/thread-feed.controller.js';
import { ThreadFeedService } from './live/thread-feed.service.js';
import { ThreadMessagesRepository } from './thread-messages.repository.js';
import { ThreadSocketsService } from './live/thread-sockets.service.js';
import { ThreadStaffService } from './agents/thread-staff.service.js';
import { ThreadsConfig } from './threads.config.js';
import { ThreadsController } from './threads.controller.js';
import { ThreadsGateway } from './live/threads.gateway.js';
import { ThreadsService } from './threads.service.js';

/** The wire format of a threads API: threads are chats, assistants are bots, runs are turns. */
@Module({
  imports: [AuthModule, BatonModule, BotsModule, ChatsModule, TakeoverModule],
  controllers: [ThreadsController, ThreadAgentsController, AssistantsController, ThreadFeedController],
  providers: [
    AssistantsService,
    ThreadAgentsService,
    ThreadConversationService,
    ThreadFeedService,
    ThreadMessagesRepository,
    ThreadSocketsService,
    ThreadStaffService,
    ThreadsConfig,
    ThreadsGateway,
    ThreadsService,
  ],
})
export class ThreadsModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Threads');

  constructor(private readonly config: ThreadsConfig) {}

  onApplicationBootstrap(): void {
    if (this.config.isOpen)
      this.logger.warn(
        'THREADS_OPEN: every caller who reaches this server may read, take over and delete threads and change public bots.',
      );
  }
}
