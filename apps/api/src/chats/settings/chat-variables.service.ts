import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import type { ChatVariablesDto } from './chat-variables.dto.js';
import { ChatVariablesRepository, type ChatVariables } from './chat-variables.repository.js';
import { ChatsService } from '../chat/chats.service.js';

/** The variables of a chat: arguments and results of its tools, by name. Only turns that may write change them. */
@Injectable()
export class ChatVariablesService {
  constructor(
    private readonly chats: ChatsService,
    private readonly variables: ChatVariablesRepository,
  ) {}

  /** For the chat's customer, and for agents. */
  async getChatVariables(caller: Principal, chatId: string): Promise<ChatVariablesDto> {
    await this.chats.getReadableChat(caller, chatId);
    return { variables: await this.get(chatId) };
  }

  /** For services that have checked that the caller may see the chat. */
  get(chatId: string): Promise<ChatVariables> {
    return this.variables.findVariables(chatId);
  }
}
