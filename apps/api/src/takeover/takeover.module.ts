import { AgentPresence } from '@app/database';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { BatonModule } from '../baton/index.js';
import { BotsModule } from '../bots/index.js';
import { ChatsModule } from '../chats/index.js';
import { UsersModule } from '../users/index.js';
import { AllChatsController } from './chats/all-chats.controller.js';
import { AllChatsRepository } from './chats/all-chats.repository.js';
import { AllChatsService } from './chats/all-chats.service.js';
import { CannedAnswersService } from './desk/canned-answers.service.js';
import { ChatViewsService } from './desk/chat-views.service.js';
import { DeskController } from './desk/desk.controller.js';
import { DeskRepository } from './desk/desk.repository.js';
import { DeskService } from './desk/desk.service.js';
import { DeskTextsController } from './desk/desk-texts.controller.js';
import { AgentPresenceRepository } from './presence/agent-presence.repository.js';
import { AgentPresenceService } from './presence/agent-presence.service.js';
import { ChatClaimsService } from './commands/chat-claims.service.js';
import { ChatStatesService } from './commands/chat-states.service.js';
import { ChatTakeoverController } from './commands/chat-takeover.controller.js';
import { ChatWatches } from './socket/chat-watches.js';
import { CommandLimits } from './socket/command-limits.js';
import { QueueRepository } from './queue/queue.repository.js';
import { QueueService } from './queue/queue.service.js';
import { QueueWatcher } from './queue/queue-watcher.js';
import { SocketSessions } from './socket/socket-sessions.js';
import { TakeoverPolicyController } from './policy/takeover-policy.controller.js';
import { TakeoverPolicyService } from './policy/takeover-policy.service.js';
import { TakeoverSockets } from './socket/takeover-sockets.js';
import { TakeoverSweeper } from './commands/takeover-sweeper.js';
import { TakeoverController } from './commands/takeover.controller.js';
import { TakeoverGateway } from './socket/takeover.gateway.js';
import { TakeoverService } from './commands/takeover.service.js';

/** People take chats over from bots, and give them back. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentPresence]), AuthModule, BatonModule, BotsModule, ChatsModule, UsersModule],
  controllers: [
    AllChatsController,
    DeskController,
    DeskTextsController,
    TakeoverController,
    ChatTakeoverController,
    TakeoverPolicyController,
  ],
  providers: [
    AgentPresenceRepository,
    AgentPresenceService,
    AllChatsRepository,
    AllChatsService,
    CannedAnswersService,
    ChatViewsService,
    DeskRepository,
    DeskService,
    ChatClaimsService,
    ChatStatesService,
    ChatWatches,
    CommandLimits,
    QueueRepository,
    QueueService,
    QueueWatcher,
    SocketSessions,
    TakeoverGateway,
    TakeoverPolicyService,
    TakeoverService,
    TakeoverSockets,
    TakeoverSweeper,
  ],
  exports: [TakeoverService],
})
export class TakeoverModule {}
