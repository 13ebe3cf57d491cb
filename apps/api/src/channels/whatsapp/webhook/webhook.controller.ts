import { Access, ApiProblems, FormBody, ForeignRoute, type ErrorAnswer } from '@app/common';
import type { Problem } from '@app/contracts';
import {
  applyDecorators,
  Body,
  Controller,
  Header,
  Headers,
  HttpCode,
  ParseIntPipe,
  Post,
  Query,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { WebhookService } from './webhook.service.js';
import { StatusFormDto, WebhookFormDto } from '../whatsapp.dto.js';

const SIGNATURE = 'x-twilio-signature';
const NOTHING = { 'text/plain': { schema: { type: 'string', maxLength: 0, example: '' } } };

/** Callers of old were refused without a word. What the operator can mend is a problem: Twilio shows it in its console. */
const emptyRefusal = ({ status }: Problem): ErrorAnswer | undefined =>
  status === 400 || status === 403 ? { status, body: null } : undefined;

/** A form that Twilio posts. The answer is empty: one with contents would be sent to the customer. */
const TwilioForm = (): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    FormBody(),
    ForeignRoute({ errorAnswer: emptyRefusal }),
    Header('content-type', 'text/plain; charset=utf-8'),
    ApiProblems(404),
  );

/** Twilio's calls come from few addresses, so nothing limits them. */
@ApiTags('WhatsApp')
@Controller('webhook')
@Access('anonymous')
@SkipThrottle()
export class WebhookController {
  constructor(private readonly webhook: WebhookService) {}

  /**
   * Receives a customer's message from Twilio.
   *
   * Signed with `X-Twilio-Signature`. The answer of the bot (or of a person) is sent later.
   */
  @Post()
  @TwilioForm()
  @ApiBody({ type: WebhookFormDto })
  @ApiOkResponse({ description: 'The message is stored, or was before. Empty.', content: NOTHING })
  @ApiResponse({ status: 400, description: 'It is not said who writes what. Empty.' })
  @ApiResponse({ status: 403, description: 'Not signed by Twilio. Empty.' })
  receiveWhatsAppMessage(@Body() form: unknown, @Headers(SIGNATURE) signature: string | undefined): Promise<void> {
    return this.webhook.receiveMessage(form, signature);
  }

  /**
   * Receives the status of a sent message from Twilio. Its signature is checked. Messages that were not delivered are shown in the chat
   * and in the list of messages to be sent.
   */
  @Post('status')
  @TwilioForm()
  @ApiBody({ type: StatusFormDto })
  @ApiOkResponse({ description: 'Empty.', content: NOTHING })
  @ApiResponse({ status: 400, description: 'The form is not complete. Empty.' })
  @ApiResponse({ status: 403, description: 'Not signed by Twilio. Empty.' })
  @ApiQuery({ name: 'message', type: 'integer', description: 'The number under which it was sent.', example: 7 })
  receiveWhatsAppStatus(
    @Query('message', ParseIntPipe) message: number,
    @Body() form: unknown,
    @Headers(SIGNATURE) signature: string | undefined,
  ): Promise<void> {
    return this.webhook.receiveStatus(message, form, signature);
  }
}
