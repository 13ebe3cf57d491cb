export { ChatsService } from './chat/chats.service.js';
export { ChatsModule } from './chats.module.js';
export { CompletionsService } from './completions/completions.service.js';
export { ChatDeletionService } from './deletion/chat-deletion.service.js';
export { ChatEventDto } from './events/chat-event.dto.js';
export type { ChannelChat } from './for-channels/channel-chats.repository.js';
export { ChannelChatsService } from './for-channels/channel-chats.service.js';
export { ChannelWatch } from './for-channels/channel-watch.service.js';
export { ChatVariablesService } from './settings/chat-variables.service.js';
