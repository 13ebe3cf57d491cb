import { Caller, type Principal } from '@app/common';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ThreadAgentsService } from './thread-agents.service.js';
import { ThreadBody } from '../thread-body.pipe.js';
import { ThreadAgents, ThreadErrors, ThreadRoute } from '../thread-route.decorators.js';
import { ChatRequestDto, MessageAddedDto, ThreadNoticeDto } from '../thread.dto.js';

/** What agents do in threads. */
@ApiTags('Threads')
@Controller()
@ThreadAgents()
export class ThreadAgentsController {
  constructor(private readonly agents: ThreadAgentsService) {}

  /** Sends a message as the agent, in a thread that is taken over. */
  @Post('chat/agent')
  @HttpCode(200)
  @ThreadRoute({ invalid: 'Invalid request body' })
  @ApiBody({ type: ChatRequestDto })
  @ApiOkResponse({ type: MessageAddedDto })
  @ThreadErrors(400, 403, 404, 409, 413, 415)
  addAgentMessage(@Caller() caller: Principal, @ThreadBody(ChatRequestDto) dto: object): Promise<MessageAddedDto> {
    return this.agents.addMessage(caller, dto as ChatRequestDto);
  }

  /** Takes a thread over. A running answer is interrupted, and the assistant does not answer from then on. */
  @Get('agent_takeover/:threadId')
  @ThreadRoute({ failed: 'Agent takeover failed.' })
  @ApiOkResponse({ type: ThreadNoticeDto })
  @ThreadErrors(403, 404, 409)
  takeThreadOver(@Caller() caller: Principal, @Param('threadId') threadId: string): Promise<ThreadNoticeDto> {
    return this.agents.takeOver(caller, threadId);
  }
}
