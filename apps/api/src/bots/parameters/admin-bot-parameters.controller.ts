import { Access, ApiProblems, Audited, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BotParametersDto } from './bot-parameters.dto.js';
import { BotParametersService } from './bot-parameters.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId')
@Access('user')
export class AdminBotParametersController {
  constructor(private readonly parameters: BotParametersService) {}

  /** Returns the parameters with which the bot's model is called. What was never set is left to the service. */
  @Get('parameters')
  @ApiOkResponse({ type: BotParametersDto })
  @ApiProblems(404)
  getBotParameters(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<Required<BotParametersDto>> {
    return this.parameters.get(caller, botId);
  }

  /** Updates the parameters with which the bot's model is called. What is not sent stays as it is. */
  @Put('parameters')
  @Audited('bot.configured', 'botId')
  @ApiProblems(400, 404)
  updateBotParameters(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: BotParametersDto,
  ): Promise<void> {
    return this.parameters.update(caller, botId, dto);
  }
}
