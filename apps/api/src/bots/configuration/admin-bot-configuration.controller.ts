import { Access, ApiProblems, Audited, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminGetAcsBotConfigurationResponseDto,
  AdminGetAzureOpenAISearchBotConfigurationResponseDto,
  AdminGetBotConfigurationResponseDto,
  AdminUpdateAcsBotConfigurationRequestDto,
  AdminUpdateAzureOpenAISearchBotConfigurationRequestDto,
  AdminUpdateBotConfigurationRequestDto,
} from './bot-configuration.dto.js';
import { BotConfigurationService } from './bot-configuration.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId')
@Access('user')
export class AdminBotConfigurationController {
  constructor(private readonly configurations: BotConfigurationService) {}

  /** Returns the search configuration of a bot. Its secrets are never shown. */
  @Get('acsBotConfiguration')
  @ApiOkResponse({ type: AdminGetAcsBotConfigurationResponseDto })
  @ApiProblems(404)
  getAcsBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
  ): Promise<AdminGetAcsBotConfigurationResponseDto> {
    return this.configurations.getAcs(caller, botId);
  }

  /** Replaces the search configuration of a bot. Its two clients are replaced only with their `isUpdate…` flags. */
  @Put('acsBotConfiguration')
  @Audited('bot.configured', 'botId')
  @ApiProblems(400, 404)
  updateAcsBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminUpdateAcsBotConfigurationRequestDto,
  ): Promise<void> {
    return this.configurations.updateAcs(caller, botId, dto);
  }

  /** Returns the Azure search configuration of a bot. Its secrets are never shown. */
  @Get('azureOpenAISearchBotConfiguration')
  @ApiOkResponse({ type: AdminGetAzureOpenAISearchBotConfigurationResponseDto })
  @ApiProblems(404)
  getAzureOpenAISearchBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
  ): Promise<AdminGetAzureOpenAISearchBotConfigurationResponseDto> {
    return this.configurations.getAzureSearch(caller, botId);
  }

  /** Replaces the Azure search configuration of a bot. Its two clients are replaced only with their `isUpdate…` flags. */
  @Put('azureOpenAISearchBotConfiguration')
  @Audited('bot.configured', 'botId')
  @ApiProblems(400, 404)
  updateAzureOpenAISearchBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminUpdateAzureOpenAISearchBotConfigurationRequestDto,
  ): Promise<void> {
    return this.configurations.updateAzureSearch(caller, botId, dto);
  }

  /** Returns the free configuration of a bot. Its secrets are masked. */
  @Get('configuration')
  @ApiOkResponse({ type: AdminGetBotConfigurationResponseDto })
  @ApiProblems(404)
  getBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
  ): Promise<AdminGetBotConfigurationResponseDto> {
    return this.configurations.getRaw(caller, botId);
  }

  /** Replaces the free configuration of a bot. Masked secrets stay as they are. */
  @Put('configuration')
  @Audited('bot.configured', 'botId')
  @ApiProblems(400, 404, 503)
  updateBotConfiguration(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminUpdateBotConfigurationRequestDto,
  ): Promise<void> {
    return this.configurations.updateRaw(caller, botId, dto);
  }
}
