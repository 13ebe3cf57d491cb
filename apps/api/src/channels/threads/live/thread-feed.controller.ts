import { Caller, type Principal } from '@app/common';
import { Controller, Get, type StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ThreadAgents, ThreadErrors, ThreadRoute } from '../thread-route.decorators.js';
import { ThreadFeedService } from './thread-feed.service.js';
import { ThreadChangeDto } from '../thread.dto.js';

@ApiTags('Threads')
@ApiExtraModels(ThreadChangeDto)
@Controller()
@ThreadAgents()
export class ThreadFeedController {
  constructor(private readonly feed: ThreadFeedService) {}

  /**
   * Streams the events of all threads. An event is a thread that was created, changed or deleted.
   *
   * Swagger UI shows answers once they have ended, so it never shows this stream: use `curl -N`.
   */
  @Get('events/threads')
  @ThreadRoute()
  @ApiOkResponse({
    description: 'Server-Sent Events without names or ids',
    content: { 'text/event-stream': { schema: { $ref: getSchemaPath(ThreadChangeDto) } } },
  })
  @ThreadErrors(403)
  followThreads(@Caller() caller: Principal): Promise<StreamableFile> {
    return this.feed.followThreads(caller);
  }
}
