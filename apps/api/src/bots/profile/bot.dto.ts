import { inLanguage, type Language, MaxLength, PagingResultOf } from '@app/common';
import type { Bot } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';

const MESSAGE_LENGTH = 100_000;

export class GetBotsResponseItemDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  botId: string;

  @ApiProperty({ example: 'welcome' })
  code: string;

  @ApiProperty({ example: 'Welcome' })
  displayName: string;

  @ApiProperty({ example: 'Hello! What can I do for you?' })
  displayMessage: string;

  @ApiProperty({ example: 'What can you do?' })
  sampleQuestion1: string;

  @ApiProperty({ example: 'Tell me something new.' })
  sampleQuestion2: string;

  @ApiProperty({ example: 'Answers questions of every kind.' })
  description: string;

  @ApiProperty({ example: 'example-model', type: 'string', nullable: true })
  modelName: string | null;

  @ApiProperty({ example: false })
  isStartBot: boolean;

  @ApiProperty({ example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' })
  createdUtc: Date;

  @ApiProperty({ example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' })
  updatedUtc: Date;
}

export class GetBotsResponseItemDtoPagingResult extends PagingResultOf(GetBotsResponseItemDto) {}

export class SearchBotByStartBotRequestDto {
  @IsString()
  @Matches(/\S/, { message: 'userMessage must not be empty' })
  @MaxLength(MESSAGE_LENGTH)
  @ApiProperty({ example: 'How do I reset my password?', maxLength: MESSAGE_LENGTH })
  userMessage: string;
}

/** The texts of a bot in one language. */
export const textsOf = (
  bot: Bot,
  language: Language,
): Record<'displayName' | 'displayMessage' | 'description' | 'sampleQuestion1' | 'sampleQuestion2', string> => ({
  displayName: inLanguage({ value: bot.displayName, valueDe: bot.displayNameDe }, language),
  displayMessage: inLanguage({ value: bot.displayMessage, valueDe: bot.displayMessageDe }, language),
  description: inLanguage({ value: bot.description, valueDe: bot.descriptionDe }, language),
  sampleQuestion1: inLanguage({ value: bot.sampleQuestion1, valueDe: bot.sampleQuestion1De }, language),
  sampleQuestion2: inLanguage({ value: bot.sampleQuestion2, valueDe: bot.sampleQuestion2De }, language),
});

export const mapBotItem = (bot: Bot, language: Language): GetBotsResponseItemDto => ({
  botId: bot.id,
  code: bot.code,
  ...textsOf(bot, language),
  modelName: bot.modelName,
  isStartBot: bot.isStartBot,
  createdUtc: bot.createdAt,
  updatedUtc: bot.updatedAt,
});
