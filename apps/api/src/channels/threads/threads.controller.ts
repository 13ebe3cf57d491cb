import { Access, Caller, CallerLanguage, type Language, type Principal } from '@app/common';
import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ThreadBody } from './thread-body.pipe.js';
import { ThreadAgents, ThreadErrors, ThreadRoute } from './thread-route.decorators.js';
import { ThreadConversationService } from './thread-conversation.service.js';
import { ThreadMessagesDto } from './thread-message.dto.js';
import {
  ChatRequestDto,
  CreatedThreadDto,
  DeletedThreadDto,
  EndChatRequestDto,
  MessageAddedDto,
  NothingFoundDto,
  RunDto,
  ThreadDto,
  ThreadNoticeDto,
  ThreadsQuery,
  ThreadVariablesAnswerDto,
} from './thread.dto.js';
import { ThreadsService } from './threads.service.js';

const INVALID_BODY = { invalid: 'Invalid request body' };
const ONE_OF = {
  threads: { oneOf: [{ type: 'array', items: ref(ThreadDto) }, ref(NothingFoundDto)] },
  variables: { oneOf: [ref(ThreadVariablesAnswerDto), ref(NothingFoundDto)] },
  answer: { oneOf: [ref(RunDto), ref(MessageAddedDto)] },
  ended: { oneOf: [ref(DeletedThreadDto), ref(ThreadNoticeDto)] },
};

/** Conversations in the format of a threads API: what leads do, who need no account, and the list that agents work from. */
@ApiTags('Threads')
@ApiExtraModels(DeletedThreadDto, MessageAddedDto, NothingFoundDto, RunDto, ThreadDto, ThreadNoticeDto)
@ApiExtraModels(ThreadVariablesAnswerDto)
@Controller()
@Access('anonymous')
export class ThreadsController {
  constructor(
    private readonly threads: ThreadsService,
    private readonly conversation: ThreadConversationService,
  ) {}

  /** Creates a thread. The assistant is named with the first message. Who answers is said with the first message. */
  @Post('create_thread')
  @ThreadRoute()
  @ApiCreatedResponse({ type: CreatedThreadDto })
  @ThreadErrors()
  createThread(): Promise<CreatedThreadDto> {
    return this.threads.createThread();
  }

  /** Lists the newest threads, or those after one, in the order of their creation. */
  @Get('threads')
  @ThreadRoute()
  @ApiOkResponse({ schema: ONE_OF.threads })
  @ThreadErrors(400, 403, 404)
  @ThreadAgents()
  listThreads(@Caller() caller: Principal, @Query() query: ThreadsQuery): Promise<ThreadDto[] | NothingFoundDto> {
    return this.threads.listThreads(caller, query);
  }

  /** Returns a thread. Callers who know its id need no token. */
  @Get('threads/:threadId')
  @ThreadRoute()
  @ApiOkResponse({ type: ThreadDto })
  @ThreadErrors(404)
  getThread(@Param('threadId') threadId: string): Promise<ThreadDto> {
    return this.threads.getThread(threadId);
  }

  /** Deletes a thread with everything in it. */
  @Delete('threads/:threadId')
  @ThreadRoute()
  @ApiOkResponse({ type: DeletedThreadDto })
  @ThreadErrors(403, 404, 409)
  @ThreadAgents()
  deleteThread(@Caller() caller: Principal, @Param('threadId') threadId: string): Promise<DeletedThreadDto> {
    return this.threads.deleteThread(caller, threadId);
  }

  /**
   * Returns the newest messages of a thread. Up to 1,000, with those of leads, assistants and agents, in the order in which they were
   * said.
   */
  @Get('threads/:threadId/messages')
  @ThreadRoute()
  @ApiOkResponse({ type: ThreadMessagesDto })
  @ThreadErrors(404)
  getThreadMessages(@Param('threadId') threadId: string): Promise<ThreadMessagesDto> {
    return this.threads.getMessages(threadId);
  }

  /** Sends a message as the lead. Returns when the assistant's answer can be read, or at once when an agent will answer. */
  @Post('chat')
  @HttpCode(200)
  @ThreadRoute(INVALID_BODY)
  @ApiBody({ type: ChatRequestDto })
  @ApiOkResponse({ schema: ONE_OF.answer })
  @ThreadErrors(400, 404, 413, 415, 502, 504)
  addThreadMessage(
    @ThreadBody(ChatRequestDto) dto: object,
    @CallerLanguage() language: Language,
  ): Promise<RunDto | MessageAddedDto> {
    return this.conversation.addMessage(dto as ChatRequestDto, language);
  }

  /** Ends a thread that no agent has taken over. A thread that an agent has taken over stays as it is. */
  @Post('end_chat')
  @HttpCode(200)
  @ThreadRoute(INVALID_BODY)
  @ApiBody({ type: EndChatRequestDto })
  @ApiOkResponse({ schema: ONE_OF.ended })
  @ThreadErrors(400, 404, 413, 415)
  endThread(@ThreadBody(EndChatRequestDto) dto: object): Promise<DeletedThreadDto | ThreadNoticeDto> {
    const { thread_id, reason } = dto as EndChatRequestDto;
    return this.conversation.endThread(thread_id, reason);
  }

  /** Ends a thread, as older clients ask for it. It does what `POST /end_chat` does, with the reason in the address. */
  @Post('terminate_chat/:threadId/:code')
  @HttpCode(200)
  @ThreadRoute()
  @ApiOkResponse({ schema: ONE_OF.ended })
  @ThreadErrors(404)
  terminateThread(
    @Param('threadId') threadId: string,
    @Param('code') code: string,
  ): Promise<DeletedThreadDto | ThreadNoticeDto> {
    return this.conversation.endThreadByCode(threadId, code);
  }

  /**
   * Returns the arguments and results of a thread's tools. By name; the latest value counts. A thread without any is answered like one
   * that does not exist.
   */
  @Get('get_variables/:threadId')
  @ThreadRoute()
  @ApiOkResponse({ schema: ONE_OF.variables })
  @ThreadErrors()
  getThreadVariables(@Param('threadId') threadId: string): Promise<ThreadVariablesAnswerDto | NothingFoundDto> {
    return this.threads.getVariables(threadId);
  }
}

function ref(model: new () => object): { $ref: string } {
  return { $ref: getSchemaPath(model) };
}
