import { Access, ApiProblems, Caller, CurrentUser, IdPipe, type Principal, type UserPrincipal } from '@app/common';
import { Body, Controller, Delete, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BotFeedbackRequestDto, BotFeedbackResponseDto } from '../../bots/index.js';
import { UpdateChatDisplayNameRequestDto, UpdateChatUserSystemMessageRequestDto } from './chat-settings.dto.js';
import { ChatSettingsService } from './chat-settings.service.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));

@ApiTags('Chat')
@Controller('api/chats/:chatId')
export class ChatSettingsController {
  constructor(private readonly settings: ChatSettingsService) {}

  /** Renames a chat. Titles from the first message or the model do not replace this name. */
  @Put('displayName')
  @Access('user')
  @ApiProblems(400, 404)
  updateChatDisplayName(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() { displayName }: UpdateChatDisplayNameRequestDto,
  ): Promise<void> {
    return this.settings.updateDisplayName(caller, chatId, displayName);
  }

  /** Attaches one of the user's system messages to the chat. It is sent with every later question. */
  @Put('userSystemMessage')
  @Access('user')
  @ApiProblems(400, 404, 409)
  updateChatUserSystemMessage(
    @CurrentUser() user: UserPrincipal,
    @ChatId() chatId: string,
    @Body() { userSystemMessageId }: UpdateChatUserSystemMessageRequestDto,
  ): Promise<void> {
    return this.settings.attachSystemMessage(user, chatId, userSystemMessageId);
  }

  /** Detaches the user's system message from the chat. Answers that begin afterwards do not follow it. The saved message itself stays. */
  @Delete('userSystemMessage')
  @Access('user')
  @ApiProblems(404)
  deleteChatUserSystemMessage(@CurrentUser() user: UserPrincipal, @ChatId() chatId: string): Promise<void> {
    return this.settings.detachSystemMessage(user, chatId);
  }

  /** Sends feedback on an answer to the bot's administrators. The chat is the one in the path. */
  @Post('feedback')
  @HttpCode(200)
  @Access('user')
  @ApiProblems(400, 404)
  createBotFeedback(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: BotFeedbackRequestDto,
  ): Promise<BotFeedbackResponseDto> {
    return this.settings.createFeedback(caller, chatId, dto);
  }
}
