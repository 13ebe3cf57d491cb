import { Access, ApiProblems, Caller, CallerLanguage, IdPipe, type Language, type Principal } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  ChatCreateByBotCodeRequestDto,
  ChatCreateRequestDto,
  ChatCreateResponseDto,
  GetChatResponseDto,
  GetOpenChatBotIdResponseDto,
} from './chat.dto.js';
import { ChatDeletionService } from '../deletion/chat-deletion.service.js';
import { ChatsService } from './chats.service.js';

@ApiTags('Chat')
@Controller('api/chats')
export class ChatsController {
  constructor(
    private readonly chats: ChatsService,
    private readonly deletion: ChatDeletionService,
  ) {}

  /** Creates a chat with a bot. */
  @Post()
  @HttpCode(200)
  @Access('anonymous')
  @ApiOkResponse({ type: ChatCreateResponseDto })
  @ApiProblems(400, 404)
  createChat(
    @Caller() caller: Principal,
    @Body() { botId }: ChatCreateRequestDto,
    @CallerLanguage() language: Language,
  ): Promise<ChatCreateResponseDto> {
    return this.chats.createChat(caller, botId, language);
  }

  /** Creates a chat with a bot, by the bot's code. */
  @Post('create/bybotcode')
  @HttpCode(200)
  @Access('anonymous')
  @ApiOkResponse({ type: ChatCreateResponseDto })
  @ApiProblems(400, 404)
  createChatByBotCode(
    @Caller() caller: Principal,
    @Body() { botCode }: ChatCreateByBotCodeRequestDto,
    @CallerLanguage() language: Language,
  ): Promise<ChatCreateResponseDto> {
    return this.chats.createChatByBotCode(caller, botCode, language);
  }

  /** Returns the bot that can be used without an account. */
  @Get('OpenChatBotId')
  @Access('anonymous')
  @ApiOkResponse({ type: GetOpenChatBotIdResponseDto })
  getOpenChatBotId(): Promise<GetOpenChatBotIdResponseDto> {
    return this.chats.getOpenChatBotId();
  }

  /** Returns a chat with its completions. */
  @Get(':chatId')
  @Access('anonymous')
  @ApiOkResponse({ type: GetChatResponseDto })
  @ApiProblems(404)
  getChat(
    @Caller() caller: Principal,
    @Param('chatId', IdPipe('The chat')) chatId: string,
    @CallerLanguage() language: Language,
  ): Promise<GetChatResponseDto> {
    return this.chats.getChat(caller, chatId, language);
  }

  /** Deletes a chat with all its messages. */
  @Delete(':chatId')
  @Access('anonymous')
  @ApiProblems(404)
  deleteChat(@Caller() caller: Principal, @Param('chatId', IdPipe('The chat')) chatId: string): Promise<void> {
    return this.deletion.deleteChat(caller, chatId);
  }
}
