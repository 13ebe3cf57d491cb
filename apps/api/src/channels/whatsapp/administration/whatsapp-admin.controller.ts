import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { WhatsAppAdminService } from './whatsapp-admin.service.js';
import { WhatsAppOutboxItemDtoPagingResult, WhatsAppOutboxQuery, WhatsAppStatusDto } from '../whatsapp.dto.js';

@ApiTags('WhatsApp')
@Controller('api/admin/whatsapp')
@Access('admin')
export class WhatsAppAdminController {
  constructor(private readonly admin: WhatsAppAdminService) {}

  /** Returns whether the channel is set up, and how many messages wait or could not be sent. */
  @Get('status')
  @ApiOkResponse({ type: WhatsAppStatusDto })
  getWhatsAppStatus(): Promise<WhatsAppStatusDto> {
    return this.admin.getStatus();
  }

  /** Lists the messages to customers of the last 30 days, the newest first. */
  @Get('outbox')
  @ApiOkResponse({ type: WhatsAppOutboxItemDtoPagingResult })
  @ApiProblems(400)
  getWhatsAppOutbox(@Query() query: WhatsAppOutboxQuery): Promise<WhatsAppOutboxItemDtoPagingResult> {
    return this.admin.list(query);
  }

  /** Retries a message that could not be sent. */
  @Post('outbox/:outboxId/retry')
  @Audited('delivery.retried', 'outboxId')
  @HttpCode(200)
  @ApiProblems(404, 409)
  retryWhatsAppMessage(@Param('outboxId', IdPipe('The message')) outboxId: string): Promise<void> {
    return this.admin.retry(outboxId);
  }
}
