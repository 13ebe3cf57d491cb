import { Access, ApiProblems, Audited, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { WidgetSettingsDto } from './widget-settings.dto.js';
import { WidgetSettingsService } from './widget-settings.service.js';

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/widget')
@Access('user')
export class WidgetSettingsController {
  constructor(private readonly settings: WidgetSettingsService) {}

  /** Returns how the bot's chat page looks and which sites may embed it. What was never set has its default. */
  @Get()
  @ApiOkResponse({ type: WidgetSettingsDto })
  @ApiProblems(404)
  getWidgetSettings(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
  ): Promise<WidgetSettingsDto> {
    return this.settings.getWidgetSettings(caller, botId);
  }

  /**
   * Replaces how the bot's chat page looks and which sites may embed it. All of it is replaced. Pages that are opened afterwards follow
   * it.
   */
  @Put()
  @Audited('bot.widget_changed', 'botId')
  @ApiProblems(400, 404)
  updateWidgetSettings(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
    @Body() dto: WidgetSettingsDto,
  ): Promise<void> {
    return this.settings.updateWidgetSettings(caller, botId, dto);
  }
}
