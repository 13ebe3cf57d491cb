import {
  Access,
  ApiProblems,
  CallerLanguage,
  CurrentUser,
  IdPipe,
  ParseFlagPipe,
  type Language,
  type UserPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChatDeletionService } from '../deletion/chat-deletion.service.js';
import { ChatListsService } from './chat-lists.service.js';
import { ChatUpdateIsFavoriteRequestDto } from '../settings/chat-settings.dto.js';
import { ChatSettingsService } from '../settings/chat-settings.service.js';
import { GetChatsResponseItemDtoPagingResult } from '../chat/chat.dto.js';
import { UserChatsQuery } from './user-chats.dto.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));
const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));
const KeepFavorites = (): ParameterDecorator => Param('keepFavorites', ParseFlagPipe);

@ApiTags('User')
@Controller('api/users/current/chats')
export class UserChatsController {
  constructor(
    private readonly lists: ChatListsService,
    private readonly settings: ChatSettingsService,
    private readonly deletion: ChatDeletionService,
  ) {}

  /**
   * Lists the user's own chats, newest first. By the time of the last access, unless another order is asked for. Chats made in
   * administration are left out.
   */
  @Get()
  @Access('user')
  @ApiOkResponse({ type: GetChatsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getCurrentUserChats(
    @CurrentUser() user: UserPrincipal,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.lists.getUserChats(
      user,
      { botId: null, userSystemMessageId: null, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }

  /** Lists the user's own chats with one bot. By the time of the last access, unless another order is asked for. */
  @Get(':botId')
  @Access('user')
  @ApiOkResponse({ type: GetChatsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getCurrentUserChatsByBot(
    @CurrentUser() user: UserPrincipal,
    @BotId() botId: string,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.lists.getUserChats(
      user,
      { botId, userSystemMessageId: null, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }

  /**
   * Lists the user's own chats with one bot that use one of the user's system messages. By the time of the last access, unless another
   * order is asked for.
   */
  @Get(':botId/:userSystemPromptId')
  @Access('user')
  @ApiOkResponse({ type: GetChatsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getCurrentUserChatsByBotAndSystemprompt(
    @CurrentUser() user: UserPrincipal,
    @BotId() botId: string,
    @Param('userSystemPromptId', IdPipe('The system message')) userSystemMessageId: string,
    @Query() query: UserChatsQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    return this.lists.getUserChats(
      user,
      { botId, userSystemMessageId, onlyFavorites: query.OnlyFavorites },
      query,
      language,
    );
  }

  /** Marks a chat as favourite, or removes the mark. Favourites can be listed alone and kept when chats are deleted. */
  @Put(':chatId/isfavorite')
  @Access('user')
  @ApiProblems(400, 404)
  updateChatIsFavorite(
    @CurrentUser() user: UserPrincipal,
    @ChatId() chatId: string,
    @Body() { isFavorite }: ChatUpdateIsFavoriteRequestDto,
  ): Promise<void> {
    return this.settings.setFavorite(user, chatId, isFavorite);
  }

  /** Deletes all chats of the user. Running answers are stopped. Deletion is final. */
  @Delete('all/:keepFavorites')
  @Access('user')
  @ApiProblems(400)
  deleteCurrentUserChats(@CurrentUser() user: UserPrincipal, @KeepFavorites() keepFavorites: boolean): Promise<void> {
    return this.deletion.deleteOwnChats(user, { botId: null, userSystemMessageId: null, keepFavorites });
  }

  /** Deletes one chat of the user. A running answer is stopped. Deletion is final. */
  @Delete('byid/:chatId')
  @Access('user')
  @ApiProblems(404)
  deleteCurrentUserChatById(@CurrentUser() user: UserPrincipal, @ChatId() chatId: string): Promise<void> {
    return this.deletion.deleteOwnChat(user, chatId);
  }

  /** Deletes the user's chats with one bot. Running answers are stopped. Deletion is final. */
  @Delete('bybot/:botId/:keepFavorites')
  @Access('user')
  @ApiProblems(400, 404)
  deleteCurrentUserChatsByBotId(
    @CurrentUser() user: UserPrincipal,
    @BotId() botId: string,
    @KeepFavorites() keepFavorites: boolean,
  ): Promise<void> {
    return this.deletion.deleteOwnChats(user, { botId, userSystemMessageId: null, keepFavorites });
  }

  /** Deletes the user's chats with one bot that use one of the user's system messages. Running answers are stopped. Deletion is final. */
  @Delete('bybot/:botId/:systemMessageId/:keepFavorites')
  @Access('user')
  @ApiProblems(400, 404)
  deleteCurrentUserChatsByBotIdAndSystemMessageId(
    @CurrentUser() user: UserPrincipal,
    @BotId() botId: string,
    @Param('systemMessageId', IdPipe('The system message')) userSystemMessageId: string,
    @KeepFavorites() keepFavorites: boolean,
  ): Promise<void> {
    return this.deletion.deleteOwnChats(user, { botId, userSystemMessageId, keepFavorites });
  }

  /** Deletes one question and its answer. Refused while the answer is being generated. */
  @Delete(':chatId/completion/:completionId')
  @Access('user')
  @ApiProblems(404, 409)
  deleteCurrentUserChatCompletionById(
    @CurrentUser() user: UserPrincipal,
    @ChatId() chatId: string,
    @Param('completionId', IdPipe('The completion')) completionId: string,
  ): Promise<void> {
    return this.deletion.deleteCompletion(user, chatId, completionId);
  }
}
