import { PagingResultOf, type Language, type TermValue } from '@app/common';
import type { Bot, BotRole } from '@app/database';
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { MaxTermLength } from './term-length.decorator.js';
import { textsOf } from './bot.dto.js';

const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const TIME = { example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' } as const;
const NAME_LENGTH = 200;
const TEXT_LENGTH = 16_000;
const QUESTION_LENGTH = 500;
const PROMPT_LENGTH = 200_000;

/** A text in English and German; an empty German text falls back to the English one. */
export class TermValueDto {
  @IsOptional()
  @IsString()
  @ApiProperty({ example: 'Welcome', type: 'string', nullable: true, required: false })
  value?: string | null;

  @IsOptional()
  @IsString()
  @ApiProperty({ example: 'Willkommen', type: 'string', nullable: true, required: false })
  valueDe?: string | null;
}

const Term =
  (maxLength: number, value: string, valueDe: string): PropertyDecorator =>
  (target, key) => {
    IsOptional()(target, key);
    ValidateNested()(target, key);
    MaxTermLength(maxLength)(target, key);
    Type(() => TermValueDto)(target, key);
    ApiProperty({ type: TermValueDto, example: { value, valueDe }, required: false })(target, key);
  };

const Text =
  (maxLength: number, example: string): PropertyDecorator =>
  (target, key) => {
    IsOptional()(target, key);
    IsString()(target, key);
    MaxLength(maxLength)(target, key);
    ApiProperty({ example, maxLength, type: 'string', nullable: true, required: false })(target, key);
  };

const Flag =
  (example: boolean): PropertyDecorator =>
  (target, key) => {
    IsOptional()(target, key);
    IsBoolean()(target, key);
    ApiProperty({ example, required: false })(target, key);
  };

export class AdminCreateBotRequestDto {
  /** Unique without regard to case: letters, digits, `-`, `_` and `.`; made from the name when missing. */
  @Text(100, 'support')
  code?: string | null;

  @Term(NAME_LENGTH, 'Support', 'Kundendienst')
  displayNameTv?: TermValueDto;

  @Term(TEXT_LENGTH, 'Hello! What can I do for you?', 'Hallo! Was kann ich für Sie tun?')
  displayMessageTv?: TermValueDto;

  @Term(TEXT_LENGTH, 'Answers questions about our products.', 'Beantwortet Fragen zu unseren Produkten.')
  descriptionTv?: TermValueDto;

  @Flag(true)
  isActive?: boolean;

  /** What the model is told before anything else. */
  @Text(PROMPT_LENGTH, 'You answer questions about our products.')
  baseSystemMessage?: string | null;

  /** Whether everybody with an account may use the bot. Otherwise only the logins below may. */
  @Flag(true)
  isPublic?: boolean;

  /** Logins that may use the bot, separated by commas, semicolons or white space. */
  @Text(TEXT_LENGTH, 'ada@example.org, grace@example.org')
  userLogins?: string | null;

  /** Logins that may change the bot. */
  @Text(TEXT_LENGTH, 'linus@example.org')
  adminLogins?: string | null;

  /** Logins that may edit the facts of the bot. */
  @Text(TEXT_LENGTH, 'barbara@example.org')
  contributorLogins?: string | null;

  @Term(QUESTION_LENGTH, 'How do I return an order?', 'Wie sende ich eine Bestellung zurück?')
  sampleQuestion1Tv?: TermValueDto;

  @Term(QUESTION_LENGTH, 'Where is my order?', 'Wo ist meine Bestellung?')
  sampleQuestion2Tv?: TermValueDto;

  /** One of `GET /api/admin/bots/implementationTypes`; cannot be changed later. */
  @Text(60, 'OpenAI')
  implementationType?: string | null;

  @Text(64, ID_EXAMPLE)
  openAiServiceId?: string | null;

  /** A model of the service; empty for the service's own. */
  @Text(NAME_LENGTH, 'gpt-5-mini')
  modelName?: string | null;

  /** The same as the implementation type `StartBot`. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: false, type: 'boolean', nullable: true, required: false, deprecated: true })
  isStartBot?: boolean | null;
}

/** What is not sent stays as it is. */
export class AdminUpdateBotRequestDto extends OmitType(AdminCreateBotRequestDto, [
  'implementationType',
  'isStartBot',
] as const) {}

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

  @ApiProperty({ example: ID_EXAMPLE, type: 'string', nullable: true })
  openAiServiceId: string | null;

  /** The service's display name. */
  @ApiProperty({ example: 'OpenAI' })
  openAiService: string;

  @ApiProperty({ example: 'gpt-5-mini', type: 'string', nullable: true })
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

const mapShared = (bot: Bot, { roles, serviceName }: BotContext): AdminBotDto => ({
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
