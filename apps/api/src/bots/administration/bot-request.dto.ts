import { IdField, MAX_ID_LENGTH } from '@app/common';
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, ValidateNested } from 'class-validator';
import { OptionalFlag, OptionalText } from '../profile/optional.decorators.js';
import { FallbackServiceDto } from './bot-services.dto.js';
import { MaxTermLength } from './term-length.decorator.js';

const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const NAME_LENGTH = 200;
const TEXT_LENGTH = 16_000;
const QUESTION_LENGTH = 500;
const PROMPT_LENGTH = 200_000;
const MOST_FALLBACKS = 8;

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
    ApiProperty({ type: TermValueDto, example: { value, valueDe }, nullable: true, required: false })(target, key);
  };

export class AdminCreateBotRequestDto {
  /** Unique without regard to case: letters, digits, `-`, `_` and `.`; made from the name when missing. */
  @OptionalText(100, 'support')
  code?: string | null;

  @Term(NAME_LENGTH, 'Support', 'Kundendienst')
  displayNameTv?: TermValueDto | null;

  @Term(TEXT_LENGTH, 'Hello! What can I do for you?', 'Hallo! Was kann ich für Sie tun?')
  displayMessageTv?: TermValueDto | null;

  @Term(TEXT_LENGTH, 'Answers questions about our products.', 'Beantwortet Fragen zu unseren Produkten.')
  descriptionTv?: TermValueDto | null;

  @OptionalFlag(true)
  isActive?: boolean;

  /** What the model is told before anything else. */
  @OptionalText(PROMPT_LENGTH, 'You answer questions about our products.')
  baseSystemMessage?: string | null;

  /** Whether all users may use the bot. Otherwise only the logins below may. */
  @OptionalFlag(true)
  isPublic?: boolean;

  /** Logins that may use the bot, separated by commas, semicolons or white space. */
  @OptionalText(TEXT_LENGTH, 'ada@example.org, grace@example.org')
  userLogins?: string | null;

  /** Logins that may change the bot. */
  @OptionalText(TEXT_LENGTH, 'linus@example.org')
  adminLogins?: string | null;

  /** Logins that may edit the facts of the bot. */
  @OptionalText(TEXT_LENGTH, 'barbara@example.org')
  contributorLogins?: string | null;

  @Term(QUESTION_LENGTH, 'How do I return an order?', 'Wie sende ich eine Bestellung zurück?')
  sampleQuestion1Tv?: TermValueDto | null;

  @Term(QUESTION_LENGTH, 'Where is my order?', 'Wo ist meine Bestellung?')
  sampleQuestion2Tv?: TermValueDto | null;

  /** One of `GET /api/admin/bots/implementationTypes`; cannot be changed later. */
  @OptionalText(60, 'OpenAI')
  implementationType?: string | null;

  /** Empty for the default service. */
  @IsOptional()
  @IdField()
  @ApiProperty({ example: ID_EXAMPLE, maxLength: MAX_ID_LENGTH, type: 'string', nullable: true, required: false })
  openAiServiceId?: string | null;

  /** A model of the service; empty for the service's own. */
  @OptionalText(NAME_LENGTH, 'example-model')
  modelName?: string | null;

  /** The services that answer when the bot's own cannot, in this order. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_FALLBACKS)
  @ValidateNested({ each: true })
  @Type(() => FallbackServiceDto)
  @ApiProperty({ type: [FallbackServiceDto], example: [], maxItems: MOST_FALLBACKS, nullable: true, required: false })
  fallbackServices?: FallbackServiceDto[] | null;

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
