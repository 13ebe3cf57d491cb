import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SuccessorTrialDto, SuccessorTrialRequestDto } from './successor-trial.dto.js';
import { SuccessorTrialsService } from './successor-trials.service.js';

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/successorTrial')
@Access('admin')
export class SuccessorTrialsController {
  constructor(private readonly trials: SuccessorTrialsService) {}

  /**
   * Asks the last questions of a bot again, of its present model and of another one, and returns the answers side by side. No tool is called
   * and no chat is changed. The answer holds what customers wrote.
   */
  @Post()
  @Audited('bot.successor_tried', 'botId')
  @HttpCode(200)
  @ApiOkResponse({ type: SuccessorTrialDto })
  @ApiProblems(400, 404, 503)
  trySuccessor(
    @Param('botId', IdPipe('The bot')) botId: string,
    @Body() dto: SuccessorTrialRequestDto,
  ): Promise<SuccessorTrialDto> {
    return this.trials.run(botId, dto);
  }
}
