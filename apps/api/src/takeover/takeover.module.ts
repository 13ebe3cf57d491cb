import { AgentPresence } from '@app/database';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { BatonModule } from '../baton/baton.module.js';
import { BotsModule } from '../bots/bots.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { UsersModule } from '../users/users.module.js';
import { AgentPresenceRepository } from './agent-presence.repository.js';
import { AgentPresenceService } from './agent-presence.service.js';
import { ChatClaimsService } from './chat-claims.service.js';
import { ChatStatesService } from './chat-states.service.js';
import { ChatTakeoverController } from './chat-takeover.controller.js';
import { ChatWatches } from './chat-watches.service.js';
import { CommandLimits } from './command-limits.service.js';
import { QueueRepository } from './queue.repository.js';
import { QueueService } from './queue.service.js';
import { QueueWatcher } from './queue-watcher.service.js';
import { SocketSessions } from './socket-sessions.service.js';
import { TakeoverPolicyController } from './takeover-policy.controller.js';
import { TakeoverPolicyService } from './takeover-policy.service.js';
import { TakeoverSockets } from './takeover-sockets.service.js';
import { TakeoverSweeper } from './takeover-sweeper.service.js';
import { TakeoverController } from './takeover.controller.js';
import { TakeoverGateway } from './takeover.gateway.js';
import { TakeoverService } from './takeover.service.js';

/** People take chats over from bots, and give them back. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentPresence]), AuthModule, BatonModule, BotsModule, ChatsModule, UsersModule],
  controllers: [TakeoverController, ChatTakeoverController, TakeoverPolicyController],
  providers: [
    AgentPresenceRepository,
    AgentPresenceService,
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
