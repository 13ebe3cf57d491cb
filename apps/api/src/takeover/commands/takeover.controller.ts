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

  /**
   * Lists the chats that wait for an agent, and those that agents have claimed. Order by `waitingSince`, `lastAccessedUtc` or
   * `displayName`.
   */
  @Get('queue')
  @ApiOkResponse({ type: QueueItemDtoPagingResult })
  @ApiProblems(400)
  getTakeoverQueue(@Caller() caller: Principal, @Query() query: QueueQuery): Promise<QueueItemDtoPagingResult> {
    return this.queue.getQueue(caller, query);
  }

  /** Lists the agents who have ever been online. */
  @Get('agents')
  @ApiOkResponse({ type: AgentsDto })
  getTakeoverAgents(@Caller() caller: Principal): Promise<AgentsDto> {
    return this.presence.listAgents(caller);
  }

  /** Sets the caller's presence, and how many chats others may transfer to the caller. */
  @Put('presence')
  @ApiOkResponse({ type: AgentPresenceDto })
  @ApiProblems(400)
  updateTakeoverPresence(
    @Caller() caller: Principal,
    @Body() dto: UpdatePresenceRequestDto,
  ): Promise<AgentPresenceDto> {
    return this.presence.updatePresence(caller, dto);
  }

  /** Returns the owner of a chat. */
  @Get('chats/:chatId')
  @ApiOkResponse({ type: TakeoverChatDto })
  @ApiProblems(404)
  getTakeoverChat(@Caller() caller: Principal, @ChatId() chatId: string): Promise<TakeoverChatDto> {
    return this.takeover.getChatDetails(caller, chatId);
  }

  /** Claims a chat. A running answer is interrupted (or as the bot's policy says), and only this agent answers. */
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

  /** Releases a chat to the bot, to the queue, or to another agent. */
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

  /** Sends a message to the customer. Claims the chat if no agent has claimed it. */
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

  /** Adds a note that only agents see. */
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

  /** Adds an instruction to the bot for its next answer. The customer never sees it. */
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

  /** Shows those who watch the chat that the agent is typing. */
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

  /** Reopens a closed chat. The bot answers in it. */
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
