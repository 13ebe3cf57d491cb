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

  /**
   * Creates a chat with a bot. It belongs to the caller; without a token, to every caller who knows its id. The first message gives it a
   * title.
   */
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

  /**
   * Creates a chat with a bot, by the bot's code. It belongs to the caller; without a token, to every caller who knows its id. The code
   * `welcome` is that of the bot that a new installation has.
   */
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

  /** Returns the bot that can be used without an account. The id is null when no bot is open to callers without an account. */
  @Get('OpenChatBotId')
  @Access('anonymous')
  @ApiOkResponse({ type: GetOpenChatBotIdResponseDto })
  getOpenChatBotId(): Promise<GetOpenChatBotIdResponseDto> {
    return this.chats.getOpenChatBotId();
  }

  /**
   * Returns a chat with its completions. A completion is a question with its answer. A running answer is shown as far as it has come;
   * the event log has all else that happened.
   */
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

  /**
   * Deletes a chat with all its messages. A running answer is stopped; files, events and variables go with it. Usage and costs are kept
   * without its words.
   */
  @Delete(':chatId')
  @Access('anonymous')
  @ApiProblems(404)
  deleteChat(@Caller() caller: Principal, @Param('chatId', IdPipe('The chat')) chatId: string): Promise<void> {
    return this.deletion.deleteChat(caller, chatId);
  }
}
