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

  /** Returns the owner of a chat, and the customer's place in the queue. */
  @Get()
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(404)
  getChatTakeover(@Caller() caller: Principal, @ChatId() chatId: string): Promise<ChatStateDto> {
    return this.takeover.getChatState(caller, chatId);
  }

  /** Requests a handoff to an agent. */
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

  /** Shows agents who watch the chat that the customer is typing. */
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

  /** Closes a chat. */
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
