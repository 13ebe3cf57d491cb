import { PagingResultOf, type Language, type TermValue } from '@app/common';
import type { Bot, BotRole } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { TermValueDto } from './bot-request.dto.js';
import { textsOf } from '../profile/bot.dto.js';

const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const TIME = { example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' } as const;

export class AdminCreateBotResponseDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botId: string;
}

class AdminBotDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botId: string;

  @ApiProperty({ example: 'support' })
  code: string;

  @ApiProperty({ example: 'OpenAI' })
  implementationType: string;

  @ApiProperty({ example: true })
  isActive: boolean;

  @ApiProperty({ example: false })
  isStartBot: boolean;

  @ApiProperty({ example: true })
  isPublic: boolean;

  /** Whether the caller may change the bot. */
  @ApiProperty({ example: true })
  isBotAdmin: boolean;

  /** Whether the caller may edit the bot's facts. */
  @ApiProperty({ example: true })
  isBotContributor: boolean;

  @ApiProperty(TIME)
  createdUtc: Date;

  @ApiProperty(TIME)
  updatedUtc: Date;

  /** Null when the bot names no service: it answers through the default service. */
  @ApiProperty({ example: ID_EXAMPLE, type: 'string', nullable: true })
  openAiServiceId: string | null;

  /** The display name of the service that the bot answers through. */
  @ApiProperty({ example: 'OpenAI' })
  openAiService: string;

  @ApiProperty({ example: 'example-model', type: 'string', nullable: true })
  modelName: string | null;
}

export class AdminGetBotsResponseItemDto extends AdminBotDto {
  @ApiProperty({ example: 'Support' })
  displayName: string;

  @ApiProperty({ example: 'Hello! What can I do for you?' })
  displayMessage: string;

  @ApiProperty({ example: 'Answers questions about our products.' })
  description: string;

  @ApiProperty({ example: false })
  isFactBot: boolean;

  /** Whether callers without an account may use the bot. */
  @ApiProperty({ example: false })
  isOpenBot: boolean;

  @ApiProperty({ example: true })
  isEditingSupported: boolean;
}

export class AdminGetBotsResponseItemDtoPagingResult extends PagingResultOf(AdminGetBotsResponseItemDto) {}

export class AdminGetBotResponseDto extends AdminBotDto {
  @ApiProperty({ type: TermValueDto })
  displayNameTv: TermValueDto;

  @ApiProperty({ type: TermValueDto })
  displayMessageTv: TermValueDto;

  @ApiProperty({ type: TermValueDto })
  descriptionTv: TermValueDto;

  @ApiProperty({ type: TermValueDto })
  sampleQuestion1Tv: TermValueDto;

  @ApiProperty({ type: TermValueDto })
  sampleQuestion2Tv: TermValueDto;

  @ApiProperty({ example: 'You answer questions about our products.' })
  baseSystemMessage: string;

  @ApiProperty({ example: 'ada@example.org, grace@example.org' })
  userLogins: string;

  /** Not used: access goes by logins and roles. */
  @ApiProperty({ example: '' })
  userGroups: string;

  @ApiProperty({ example: 'linus@example.org' })
  adminLogins: string;

  @ApiProperty({ example: 'barbara@example.org' })
  contributorLogins: string;
}

/** What a bot's row alone does not say. */
export interface BotContext {
  roles: ReadonlySet<BotRole>;
  serviceName: string;
  openBotId: string | null;
}

const mapShared = (bot: Bot, { roles, serviceName }: BotContext): Pick<AdminBotDto, keyof AdminBotDto> => ({
  botId: bot.id,
  code: bot.code,
  implementationType: bot.implementationType,
  isActive: bot.isActive,
  isStartBot: bot.isStartBot,
  isPublic: bot.isPublic,
  isBotAdmin: roles.has('admin'),
  isBotContributor: roles.has('admin') || roles.has('contributor'),
  createdUtc: bot.createdAt,
  updatedUtc: bot.updatedAt,
  openAiServiceId: bot.openAiServiceId,
  openAiService: serviceName,
  modelName: bot.modelName,
});

export function mapAdminBotItem(bot: Bot, context: BotContext, language: Language): AdminGetBotsResponseItemDto {
  const { displayName, displayMessage, description } = textsOf(bot, language);
  return {
    ...mapShared(bot, context),
    displayName,
    displayMessage,
    description,
    isFactBot: bot.implementationType === 'FactBot',
    isOpenBot: bot.id === context.openBotId,
    isEditingSupported: true,
  };
}

const term = (value: string, valueDe: string): TermValue => ({ value, valueDe });

export const mapAdminBot = (bot: Bot, context: BotContext): AdminGetBotResponseDto => ({
  ...mapShared(bot, context),
  displayNameTv: term(bot.displayName, bot.displayNameDe),
  displayMessageTv: term(bot.displayMessage, bot.displayMessageDe),
  descriptionTv: term(bot.description, bot.descriptionDe),
  sampleQuestion1Tv: term(bot.sampleQuestion1, bot.sampleQuestion1De),
  sampleQuestion2Tv: term(bot.sampleQuestion2, bot.sampleQuestion2De),
  baseSystemMessage: bot.baseSystemMessage,
  userLogins: bot.userLogins,
  userGroups: '',
  adminLogins: bot.adminLogins,
  contributorLogins: bot.contributorLogins,
});
