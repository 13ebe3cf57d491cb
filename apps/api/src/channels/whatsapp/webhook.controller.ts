import { Access, ApiProblems, FormBody } from '@app/common';
import { Body, Controller, Header, Headers, HttpCode, ParseIntPipe, Post, Query, UseFilters } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { EmptyRefusalFilter } from './empty-refusal.filter.js';
import { WebhookService } from './webhook.service.js';
import { StatusFormDto, WebhookFormDto } from './whatsapp.dto.js';

const SIGNATURE = 'x-twilio-signature';
const NOTHING = { 'text/plain': { schema: { type: 'string', maxLength: 0, example: '' } } };

/** Answers are empty: an answer with contents would be sent to the customer. Twilio's calls come from few addresses, so nothing limits them. */
@ApiTags('WhatsApp')
@Controller('webhook')
@Access('anonymous')
@SkipThrottle()
@UseFilters(EmptyRefusalFilter)
export class WebhookController {
  constructor(private readonly webhook: WebhookService) {}

  /**
   * Takes a customer's message from Twilio
   *
   * Signed with `X-Twilio-Signature`. The answer of the bot (or of a person) is sent later.
   */
  @Post()
  @HttpCode(200)
  @FormBody()
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiBody({ type: WebhookFormDto })
  @ApiOkResponse({ description: 'The message is stored, or was before. Empty.', content: NOTHING })
  @ApiResponse({ status: 400, description: 'It is not said who writes what. Empty.' })
  @ApiResponse({ status: 403, description: 'Not signed by Twilio. Empty.' })
  @ApiProblems(404)
  receiveWhatsAppMessage(@Body() form: unknown, @Headers(SIGNATURE) signature: string | undefined): Promise<void> {
    return this.webhook.receiveMessage(form, signature);
  }

  /** Takes from Twilio what became of a message that was sent to a customer */
  @Post('status')
  @HttpCode(200)
  @FormBody()
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiBody({ type: StatusFormDto })
  @ApiOkResponse({ description: 'Empty.', content: NOTHING })
  @ApiResponse({ status: 400, description: 'The form is not complete. Empty.' })
  @ApiResponse({ status: 403, description: 'Not signed by Twilio. Empty.' })
  @ApiQuery({ name: 'message', type: 'integer', description: 'The number under which it was sent.', example: 7 })
  @ApiProblems(404)
  receiveWhatsAppStatus(
    @Query('message', ParseIntPipe) message: number,
    @Body() form: unknown,
    @Headers(SIGNATURE) signature: string | undefined,
  ): Promise<void> {
    return this.webhook.receiveStatus(message, form, signature);
  }
}
