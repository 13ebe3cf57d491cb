import { type Language, MaxLength, PagingResultOf } from '@app/common';
import type { Bot, BotLink } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { textsOf } from '../profile/bot.dto.js';

const KEYWORDS_LENGTH = 16_000;
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const KEYWORDS_EXAMPLE = 'invoice, payment, credit card';

export class AdminCreateStartBotBotRequestDto {
  /** The member that answers when nothing else fits. There is one at most: a new one takes the place of the old one. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: false, required: false, default: false })
  isDefaultBot?: boolean;

  /** Words and phrases, separated by commas, semicolons or line breaks, that send a message to this member. */
  @IsOptional()
  @IsString()
  @MaxLength(KEYWORDS_LENGTH)
  @ApiProperty({
    example: KEYWORDS_EXAMPLE,
    maxLength: KEYWORDS_LENGTH,
    type: 'string',
    nullable: true,
    required: false,
  })
  keywords?: string | null;
}

export class AdminUpdateStartBotBotRequestDto extends AdminCreateStartBotBotRequestDto {}

export class AdminGetStartBotBotsResponseItemDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botId: string;

  @ApiProperty({ example: 'billing' })
  botCode: string;

  @ApiProperty({ example: 'Billing' })
  botDisplayName: string;

  @ApiProperty({ example: 'Questions about an invoice?' })
  botDisplayMessage: string;

  @ApiProperty({ example: 'Answers questions about invoices and payments.' })
  botDescription: string;

  @ApiProperty({ example: false })
  isDefaultBot: boolean;

  @ApiProperty({ example: false })
  isStartBot: boolean;

  @ApiProperty({ example: KEYWORDS_EXAMPLE })
  keywords: string;
}

export class AdminGetStartBotBotsResponseItemDtoPagingResult extends PagingResultOf(
  AdminGetStartBotBotsResponseItemDto,
) {}

export class AdminGetUnassignedBotsResponseItemDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botId: string;

  @ApiProperty({ example: 'Billing' })
  botDisplayName: string;
}

export class AdminGetUnassignedBotsResponseItemDtoPagingResult extends PagingResultOf(
  AdminGetUnassignedBotsResponseItemDto,
) {}

export function mapMember(
  bot: Bot,
  link: BotLink | undefined,
  language: Language,
): AdminGetStartBotBotsResponseItemDto {
  const { displayName, displayMessage, description } = textsOf(bot, language);
  return {
    botId: bot.id,
    botCode: bot.code,
    botDisplayName: displayName,
    botDisplayMessage: displayMessage,
    botDescription: description,
    isDefaultBot: link?.isDefaultBot ?? false,
    isStartBot: bot.isStartBot,
    keywords: link?.keywords ?? '',
  };
}

export const mapUnassigned = (bot: Bot, language: Language): AdminGetUnassignedBotsResponseItemDto => ({
  botId: bot.id,
  botDisplayName: textsOf(bot, language).displayName,
});
