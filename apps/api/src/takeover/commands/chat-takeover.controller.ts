import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChatStateDto, ExpectedEpochRequestDto, TypingRequestDto } from './takeover.dto.js';
import { TakeoverService } from './takeover.service.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));

/** What customers do about people in their chats. */
@ApiTags('Takeover')
@Controller('api/chats/:chatId/takeover')
@Access('anonymous')
export class ChatTakeoverController {
  constructor(private readonly takeover: TakeoverService) {}

  /**
   * Returns the owner of a chat, and the customer's place in the queue. `owner` says who speaks. `epoch` counts the changes: send it as
   * `expectedEpoch` to act on what you have seen.
   */
  @Get()
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(404)
  getChatTakeover(@Caller() caller: Principal, @ChatId() chatId: string): Promise<ChatStateDto> {
    return this.takeover.getChatState(caller, chatId);
  }

  /**
   * Requests a handoff to an agent. The bot falls silent and the customer waits in the queue of the agents. What happens when no agent
   * comes is the policy of the bot.
   */
  @Post('request')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  requestPerson(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.requestPerson(caller, chatId, dto);
  }

  /** Cancels the request for an agent. The bot answers again. */
  @Post('cancel')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  cancelPersonRequest(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.cancelRequest(caller, chatId, dto);
  }

  /** Shows agents who watch the chat that the customer is typing. The sign disappears by itself. It is not stored. */
  @Post('typing')
  @HttpCode(200)
  @ApiProblems(400, 404)
  setCustomerTyping(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() { isTyping }: TypingRequestDto,
  ): Promise<void> {
    return this.takeover.setTyping(caller, chatId, isTyping);
  }

  /** Closes a chat. No one answers in it until it is reopened. A running answer is stopped. */
  @Post('end')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  endChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.endChat(caller, chatId, dto);
  }

  /** Reopens a closed chat. The bot answers in it. */
  @Post('reopen')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  reopenChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.reopenChat(caller, chatId, dto);
  }
}
