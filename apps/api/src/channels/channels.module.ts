import type { AppConfig, EnvironmentClass } from '@app/common';
import { Module } from '@nestjs/common';
import { SimpleChatEnvironment } from './simple-chat/simple-chat.config.js';
import { SimpleChatModule } from './simple-chat/simple-chat.module.js';
import { isThreadsOpen, ThreadsEnvironment } from './threads/threads.config.js';
import { ThreadsModule } from './threads/threads.module.js';
import { WhatsAppEnvironment } from './whatsapp/whatsapp.config.js';
import { WhatsAppModule } from './whatsapp/whatsapp.module.js';
import { WidgetModule } from './widget/widget.module.js';

/** The environment variables that channels declare. */
export const CHANNEL_ENVIRONMENTS: readonly EnvironmentClass[] = [
  SimpleChatEnvironment,
  ThreadsEnvironment,
  WhatsAppEnvironment,
];

/** Whether pages of every origin, and sockets of older clients, may connect. */
export const isOpenToAllClients = (config: AppConfig): boolean => isThreadsOpen(config);

/** Wire formats of others over our own chats. Each has a folder; without its folder and its lines here a channel is gone. */
@Module({ imports: [SimpleChatModule, ThreadsModule, WhatsAppModule, WidgetModule] })
export class ChannelsModule {}
