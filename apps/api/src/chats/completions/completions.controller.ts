import {
  Access,
  ApiProblems,
  Caller,
  CallerLanguage,
  IdempotencyRequest,
  IdPipe,
  OwnIdempotency,
  type Language,
  type Principal,
  type RequestIdentity,
} from '@app/common';
import { Body, Controller, HttpCode, Param, Post, type StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiStreamModels, COMPLETION_STREAM_SCHEMA } from './chat-stream.dto.js';
import { ChatCompletionRequestDto, ChatCompletionResponseDto } from './completion.dto.js';
import { CompletionsService } from './completions.service.js';
import { Streaming, type StreamRequest } from './stream-request.js';

@ApiTags('Chat')
@Controller('api/chats')
export class CompletionsController {
  constructor(private readonly completions: CompletionsService) {}

  /**
   * Sends a message and returns the bot's answer.
   *
   * Answers as JSON when the bot has finished, or, with `Accept: text/event-stream`, as events: `message.created`,
   * `turn.started`, `message.delta`, `message.completed` and `turn.ended`, whose data holds the completion. While
   * an agent is responsible for the chat the stream ends with `turn.ended` and `handed_over` at once; `error` and `stream.closed` end a
   * stream that the server cannot continue. The turn continues when the client disconnects; a repeated request with the same
   * `Idempotency-Key` attaches to it.
   */
  @Post(':chatId/completions')
  @HttpCode(200)
  @Access('anonymous')
  @OwnIdempotency()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Position where a repeated streaming request resumes, `seq:offset`.',
  })
  @ApiExtraModels(ChatCompletionResponseDto)
  @ApiStreamModels()
  @ApiOkResponse({
    description: 'The answer',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ChatCompletionResponseDto) } },
      'text/event-stream': { schema: COMPLETION_STREAM_SCHEMA },
    },
  })
  @ApiProblems(400, 403, 404, 409, 422, 502, 503, 504)
  createCompletion(
    @Caller() caller: Principal,
    @Param('chatId', IdPipe('The chat')) chatId: string,
    @Body() dto: ChatCompletionRequestDto,
    @Streaming() streaming: StreamRequest,
    @IdempotencyRequest() idempotency: RequestIdentity | null,
    @CallerLanguage() language: Language,
  ): Promise<ChatCompletionResponseDto | StreamableFile> {
    return this.completions.createCompletion(caller, chatId, dto, { ...streaming, idempotency, language });
  }

  /** Stops the running answer. Its text so far is kept. */
  @Post(':chatId/turns/current/stop')
  @HttpCode(200)
  @Access('anonymous')
  @ApiProblems(404, 409)
  stopCurrentTurn(@Caller() caller: Principal, @Param('chatId', IdPipe('The chat')) chatId: string): Promise<void> {
    return this.completions.stopCurrentTurn(caller, chatId);
  }
}
