import {
  Access,
  ApiProblems,
  CallerLanguage,
  CurrentUser,
  IdPipe,
  type Language,
  type UserPrincipal,
} from '@app/common';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetChatsResponseItemDtoPagingResult } from './chat.dto.js';
import { ChatsService } from './chats.service.js';
import { UserChatsQuery } from './user-chats.dto.js';

@ApiTags('User')
@Controller('api/users/current/chats')
export class UserChatsController {
  constructor(private readonly chats: ChatsService) {}

  /** The user's own chats, newest first */
  @Get()
  @Access('user')
  @ApiProblems(400)
  getCurrentUserChats(
    @CurrentUser() user: UserPrincipal,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.chats.getUserChats(
      user,
      { botId: null, userSystemMessageId: null, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }

  /** The user's own chats with one bot */
  @Get(':botId')
  @Access('user')
  @ApiProblems(400, 404)
  getCurrentUserChatsByBot(
    @CurrentUser() user: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.chats.getUserChats(
      user,
      { botId, userSystemMessageId: null, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }

  /** The user's own chats with one bot that use one of the user's system messages */
  @Get(':botId/:userSystemPromptId')
  @Access('user')
  @ApiProblems(400, 404)
  getCurrentUserChatsByBotAndSystemprompt(
    @CurrentUser() user: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
    @Param('userSystemPromptId', IdPipe('The system message')) userSystemMessageId: string,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.chats.getUserChats(
      user,
      { botId, userSystemMessageId, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }
}
