import { Access, CallerLanguage, ForeignRoute, type Language } from '@app/common';
import { applyDecorators, Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import { errorAnswerOf } from './simple-chat-error.js';
import { SIMPLE_CHAT_PATH } from './simple-chat-door.js';
import { MAX_MESSAGE_LENGTH, MAX_USER_ID_LENGTH, SimpleChatRequestPipe } from './simple-chat-request.pipe.js';
import { SimpleChatAnswerDto, SimpleChatErrorDto, type SimpleChatRequest } from './simple-chat.dto.js';
import { SimpleChatService } from './simple-chat.service.js';

const ERRORS: Record<number, string> = {
  400: 'The message is missing, or something else is not valid.',
  401: 'The token is not valid. None is needed.',
  404: 'The thread is not there, or not the caller’s.',
  409: 'A request with this Idempotency-Key is running or was cut off.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  500: 'Something went wrong on our side.',
  502: 'The model service failed.',
  503: 'No bot to answer, or not at the moment.',
  504: 'The model service did not answer in time.',
};

/** Errors of this route have a shape of their own. */
const SimpleChatErrors = (): MethodDecorator =>
  applyDecorators(
    ...Object.entries(ERRORS).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, type: SimpleChatErrorDto }),
    ),
  );

@ApiTags('Simple chat')
@Controller(SIMPLE_CHAT_PATH)
export class SimpleChatController {
  constructor(private readonly simpleChat: SimpleChatService) {}

  /**
   * Answers a question.
   *
   * A `user_id` has one conversation, which goes on with every call; a `thread_id` goes on with that thread. Without either a new thread
   * begins. What a person has said in the meantime comes before the answer, or as the answer while a person holds the chat.
   */
  @SimpleChatErrors()
  @Post()
  @HttpCode(200)
  @Access('anonymous')
  @ForeignRoute({ errorAnswer: errorAnswerOf })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['message'],
      properties: {
        message: { type: 'string', minLength: 1, maxLength: MAX_MESSAGE_LENGTH, example: 'Hello' },
        user_id: { type: ['string', 'null'], maxLength: MAX_USER_ID_LENGTH, example: 'user_1795219200123' },
        thread_id: { type: ['string', 'null'], description: 'As an earlier answer named it.', example: null },
      },
      additionalProperties: true,
    },
  })
  @ApiOkResponse({ type: SimpleChatAnswerDto })
  answerSimpleChat(
    @Body(SimpleChatRequestPipe) request: SimpleChatRequest,
    @CallerLanguage() language: Language,
  ): Promise<SimpleChatAnswerDto> {
    return this.simpleChat.answer(request, language);
  }
}
