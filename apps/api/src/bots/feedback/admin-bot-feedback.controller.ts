import { Access, ApiProblems, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminGetBotFeedbackResponseItemDtoPagingResult,
  AdminUpdateBotFeedbackRequestDto,
  BotFeedbackQuery,
} from './feedback.dto.js';
import { FeedbackService } from './feedback.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/feedback')
@Access('user')
export class AdminBotFeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  /** Lists the feedback on a bot's answers, the newest first. It holds the words of customers: only administrators of the bot see it. */
  @Get()
  @ApiOkResponse({ type: AdminGetBotFeedbackResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getBotFeedback(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Query() query: BotFeedbackQuery,
  ): Promise<AdminGetBotFeedbackResponseItemDtoPagingResult> {
    return this.feedback.list(caller, botId, query);
  }

  /** Sets the status and the comment of feedback. Both are for the administrators of the bot; customers do not see them. */
  @Put(':feedbackId')
  @ApiProblems(400, 404)
  updateBotFeedback(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Param('feedbackId', IdPipe('The feedback')) feedbackId: string,
    @Body() dto: AdminUpdateBotFeedbackRequestDto,
  ): Promise<void> {
    return this.feedback.update(caller, botId, feedbackId, dto);
  }
}
