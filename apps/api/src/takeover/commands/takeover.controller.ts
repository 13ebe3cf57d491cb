import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AgentPresenceService } from '../presence/agent-presence.service.js';
import { QueueService } from '../queue/queue.service.js';
import {
  AgentPresenceDto,
  AgentsDto,
  ChatStateDto,
  ExpectedEpochRequestDto,
  QueueItemDtoPagingResult,
  QueueQuery,
  ReleaseChatRequestDto,
  SendTextRequestDto,
  SentMessageDto,
  TakeoverChatDto,
  TypingRequestDto,
  UpdatePresenceRequestDto,
} from './takeover.dto.js';
import { TakeoverService } from './takeover.service.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));

/** What agents do, request by request. The socket has the same commands. */
@ApiTags('Takeover')
@Controller('api/takeover')
@Access('agent')
export class TakeoverController {
  constructor(
    private readonly takeover: TakeoverService,
    private readonly queue: QueueService,
    private readonly presence: AgentPresenceService,
  ) {}

  /** Lists waiting and held chats. Order by `waitingSince`, `lastAccessedUtc` or `displayName`. */
  @Get('queue')
  @ApiOkResponse({ type: QueueItemDtoPagingResult })
  @ApiProblems(400)
  getTakeoverQueue(@Caller() caller: Principal, @Query() query: QueueQuery): Promise<QueueItemDtoPagingResult> {
    return this.queue.getQueue(caller, query);
  }

  /** Lists everybody who was ever there as an agent. */
  @Get('agents')
  @ApiOkResponse({ type: AgentsDto })
  getTakeoverAgents(@Caller() caller: Principal): Promise<AgentsDto> {
    return this.presence.listAgents(caller);
  }

  /** Says that the agent is there, and how many chats may be handed over. */
  @Put('presence')
  @ApiOkResponse({ type: AgentPresenceDto })
  @ApiProblems(400)
  updateTakeoverPresence(
    @Caller() caller: Principal,
    @Body() dto: UpdatePresenceRequestDto,
  ): Promise<AgentPresenceDto> {
    return this.presence.updatePresence(caller, dto);
  }

  /** Reads who holds a chat. */
  @Get('chats/:chatId')
  @ApiOkResponse({ type: TakeoverChatDto })
  @ApiProblems(404)
  getTakeoverChat(@Caller() caller: Principal, @ChatId() chatId: string): Promise<TakeoverChatDto> {
    return this.takeover.getChatDetails(caller, chatId);
  }

  /** Takes a chat over: a running answer is cut (or as the bot's policy says), and only this agent speaks. */
  @Post('chats/:chatId/claim')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  claimChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.claimChat(caller, chatId, dto);
  }

  /** Gives a chat to the bot, back into the queue, or to a colleague. */
  @Post('chats/:chatId/release')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  releaseChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ReleaseChatRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.releaseChat(caller, chatId, dto);
  }

  /** Speaks to the customer; takes the chat over if nobody holds it. */
  @Post('chats/:chatId/messages')
  @HttpCode(200)
  @ApiOkResponse({ type: SentMessageDto })
  @ApiProblems(400, 404, 409)
  sendAgentMessage(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: SendTextRequestDto,
  ): Promise<SentMessageDto> {
    return this.takeover.sendMessage(caller, chatId, dto);
  }

  /** Leaves a note that only agents see. */
  @Post('chats/:chatId/notes')
  @HttpCode(200)
  @ApiOkResponse({ type: SentMessageDto })
  @ApiProblems(400, 404, 409)
  addChatNote(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: SendTextRequestDto,
  ): Promise<SentMessageDto> {
    return this.takeover.addNote(caller, chatId, dto);
  }

  /** Tells the bot something for its next answer; the customer never sees it. */
  @Post('chats/:chatId/whispers')
  @HttpCode(200)
  @ApiOkResponse({ type: SentMessageDto })
  @ApiProblems(400, 404, 409)
  addChatWhisper(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: SendTextRequestDto,
  ): Promise<SentMessageDto> {
    return this.takeover.addWhisper(caller, chatId, dto);
  }

  /** Shows that the agent types, to those who are connected. */
  @Post('chats/:chatId/typing')
  @HttpCode(200)
  @ApiProblems(400, 404)
  setAgentTyping(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() { isTyping }: TypingRequestDto,
  ): Promise<void> {
    return this.takeover.setTyping(caller, chatId, isTyping);
  }

  /** Closes a chat. */
  @Post('chats/:chatId/end')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  endTakeoverChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.endChat(caller, chatId, dto);
  }

  /** Opens a closed chat again; the bot answers in it. */
  @Post('chats/:chatId/reopen')
  @HttpCode(200)
  @ApiOkResponse({ type: ChatStateDto })
  @ApiProblems(400, 404, 409)
  reopenTakeoverChat(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ExpectedEpochRequestDto,
  ): Promise<ChatStateDto> {
    return this.takeover.reopenChat(caller, chatId, dto);
  }
}
