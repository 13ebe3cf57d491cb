import { Module } from '@nestjs/common';
import { SimpleChatModule } from './simple-chat/simple-chat.module.js';
import { ThreadsModule } from './threads/threads.module.js';
import { WhatsAppModule } from './whatsapp/whatsapp.module.js';
import { WidgetModule } from './widget/widget.module.js';

/** Other people's wire formats over our own chats. Each has a folder; without its folder and its line here a channel is gone. */
@Module({ imports: [SimpleChatModule, ThreadsModule, WhatsAppModule, WidgetModule] })
export class ChannelsModule {}
