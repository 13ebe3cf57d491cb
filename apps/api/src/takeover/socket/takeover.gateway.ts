import { connectionRefusal, type Principal } from '@app/common';
import { TAKEOVER_NAMESPACE } from '@app/contracts';
import { UseFilters, UseInterceptors } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { AcknowledgeInterceptor, CommandProblemFilter } from './acknowledge.js';
import { AgentPresenceService } from '../presence/agent-presence.service.js';
import { ChatWatches } from './chat-watches.js';
import { Command, SocketCaller } from './command.decorator.js';
import { SocketSessions } from './socket-sessions.js';
import {
  ChatCommandDto,
  ChatReferenceDto,
  DoneDto,
  PresenceCommandDto,
  ReleaseCommandDto,
  TextCommandDto,
  TypingCommandDto,
  WatchCommandDto,
  WatchedChatDto,
} from './takeover-commands.dto.js';
import { TakeoverSockets, type TakeoverNamespace, type TakeoverSocket } from './takeover-sockets.js';
import { AgentPresenceDto, ChatStateDto, SentMessageDto } from '../commands/takeover.dto.js';
import { TakeoverService } from '../commands/takeover.service.js';

/** The socket: the same commands as over HTTP, and every watched chat as it happens. */
@WebSocketGateway({ namespace: TAKEOVER_NAMESPACE })
@UseInterceptors(AcknowledgeInterceptor)
@UseFilters(CommandProblemFilter)
export class TakeoverGateway
  implements OnGatewayInit<TakeoverNamespace>, OnGatewayConnection<TakeoverSocket>, OnGatewayDisconnect<TakeoverSocket>
{
  constructor(
    private readonly sessions: SocketSessions,
    private readonly sockets: TakeoverSockets,
    private readonly watches: ChatWatches,
    private readonly takeover: TakeoverService,
    private readonly presence: AgentPresenceService,
  ) {}

  afterInit(namespace: TakeoverNamespace): void {
    this.sockets.attach(namespace);
    namespace.use((socket, next) => void this.admit(socket, next));
  }

  handleConnection(socket: TakeoverSocket): void {
    this.sessions.open(socket);
  }

  handleDisconnect(socket: TakeoverSocket): void {
    this.sessions.close(socket);
  }

  @Command('watch', {
    access: 'anonymous',
    summary: 'Sends the log of a chat after a position, then follows it. Acknowledged when everything so far is sent.',
    payload: WatchCommandDto,
    result: WatchedChatDto,
  })
  watch(
    @ConnectedSocket() socket: TakeoverSocket,
    @SocketCaller() caller: Principal,
    @MessageBody() dto: WatchCommandDto,
  ): Promise<WatchedChatDto> {
    return this.watches.watch(socket, caller, dto);
  }

  @Command('unwatch', {
    access: 'anonymous',
    summary: 'Stops following a chat.',
    payload: ChatReferenceDto,
    result: DoneDto,
  })
  unwatch(@ConnectedSocket() socket: TakeoverSocket, @MessageBody() { chatId }: ChatReferenceDto): Promise<void> {
    return this.watches.unwatch(socket, chatId);
  }

  @Command('request', {
    access: 'anonymous',
    summary: 'Requests a handoff to an agent.',
    payload: ChatCommandDto,
    result: ChatStateDto,
  })
  request(@SocketCaller() caller: Principal, @MessageBody() dto: ChatCommandDto): Promise<ChatStateDto> {
    return this.takeover.requestPerson(caller, dto.chatId, dto);
  }

  @Command('cancel', {
    access: 'anonymous',
    summary: 'Cancels the request for an agent.',
    payload: ChatCommandDto,
    result: ChatStateDto,
  })
  cancel(@SocketCaller() caller: Principal, @MessageBody() dto: ChatCommandDto): Promise<ChatStateDto> {
    return this.takeover.cancelRequest(caller, dto.chatId, dto);
  }

  @Command('claim', {
    access: 'agent',
    summary: 'Claims a chat.',
    payload: ChatCommandDto,
    result: ChatStateDto,
  })
  claim(@SocketCaller() caller: Principal, @MessageBody() dto: ChatCommandDto): Promise<ChatStateDto> {
    return this.takeover.claimChat(caller, dto.chatId, dto);
  }

  @Command('release', {
    access: 'agent',
    summary: 'Releases a chat to the bot, to the queue, or to another agent.',
    payload: ReleaseCommandDto,
    result: ChatStateDto,
  })
  release(@SocketCaller() caller: Principal, @MessageBody() dto: ReleaseCommandDto): Promise<ChatStateDto> {
    return this.takeover.releaseChat(caller, dto.chatId, dto);
  }

  @Command('send', {
    access: 'agent',
    summary: 'Sends a message to the customer. Claims the chat if no agent has claimed it.',
    payload: TextCommandDto,
    result: SentMessageDto,
  })
  send(@SocketCaller() caller: Principal, @MessageBody() dto: TextCommandDto): Promise<SentMessageDto> {
    return this.takeover.sendMessage(caller, dto.chatId, dto);
  }

  @Command('note', {
    access: 'agent',
    summary: 'Adds a note that only agents see.',
    payload: TextCommandDto,
    result: SentMessageDto,
  })
  note(@SocketCaller() caller: Principal, @MessageBody() dto: TextCommandDto): Promise<SentMessageDto> {
    return this.takeover.addNote(caller, dto.chatId, dto);
  }

  @Command('whisper', {
    access: 'agent',
    summary: 'Adds an instruction to the bot for its next answer. The customer never sees it.',
    payload: TextCommandDto,
    result: SentMessageDto,
  })
  whisper(@SocketCaller() caller: Principal, @MessageBody() dto: TextCommandDto): Promise<SentMessageDto> {
    return this.takeover.addWhisper(caller, dto.chatId, dto);
  }

  @Command('typing', {
    access: 'anonymous',
    summary: 'Shows that the caller is typing.',
    payload: TypingCommandDto,
    result: DoneDto,
  })
  typing(@SocketCaller() caller: Principal, @MessageBody() dto: TypingCommandDto): Promise<void> {
    return this.takeover.setTyping(caller, dto.chatId, dto.isTyping);
  }

  @Command('end', {
    access: 'anonymous',
    summary: 'Closes a chat.',
    payload: ChatCommandDto,
    result: ChatStateDto,
  })
  end(@SocketCaller() caller: Principal, @MessageBody() dto: ChatCommandDto): Promise<ChatStateDto> {
    return this.takeover.endChat(caller, dto.chatId, dto);
  }

  @Command('reopen', {
    access: 'anonymous',
    summary: 'Reopens a closed chat.',
    payload: ChatCommandDto,
    result: ChatStateDto,
  })
  reopen(@SocketCaller() caller: Principal, @MessageBody() dto: ChatCommandDto): Promise<ChatStateDto> {
    return this.takeover.reopenChat(caller, dto.chatId, dto);
  }

  @Command('presence', {
    access: 'agent',
    summary: "Sets the caller's presence, and how many chats others may transfer to the caller.",
    payload: PresenceCommandDto,
    result: AgentPresenceDto,
  })
  updatePresence(@SocketCaller() caller: Principal, @MessageBody() dto: PresenceCommandDto): Promise<AgentPresenceDto> {
    return this.presence.updatePresence(caller, dto);
  }

  private async admit(socket: TakeoverSocket, next: (refusal?: Error) => void): Promise<void> {
    try {
      await this.sessions.admit(socket);
    } catch (error) {
      return next(connectionRefusal(error));
    }
    next();
  }
}
