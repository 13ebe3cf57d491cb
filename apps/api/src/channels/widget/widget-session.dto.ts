import { MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { WidgetTextDto } from './widget-settings.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const MAX_TOKEN_LENGTH = 4096;

export class WidgetSessionRequestDto {
  /** The token of an earlier session. While it is valid, the visitor stays the same; any other text creates a new visitor. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TOKEN_LENGTH)
  @ApiProperty({ type: 'string', nullable: true, required: false, example: 'bv_eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' })
  token?: string | null;
}

/** A bot as its embedded page shows it, in both languages. */
export class WidgetBotDto {
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'welcome' })
  code: string;
  /** Who speaks. */
  @ApiProperty({ type: WidgetTextDto })
  name: WidgetTextDto;
  @ApiProperty({ type: WidgetTextDto })
  title: WidgetTextDto;
  /** Markdown. */
  @ApiProperty({ type: WidgetTextDto })
  greeting: WidgetTextDto;
  @ApiProperty({ example: '#3454d1' })
  colour: string;
  @ApiProperty({ enum: ['left', 'right'], example: 'right' })
  position: 'left' | 'right';
  @ApiProperty({ type: WidgetTextDto })
  launcherText: WidgetTextDto;
  /** The picture's address, relative to the server's; null without one. */
  @ApiProperty({ type: 'string', nullable: true, example: `api/bots/botimage/${ID}` })
  avatarPath: string | null;
  @ApiProperty({ type: [WidgetTextDto] })
  sampleQuestions: WidgetTextDto[];
}

export class WidgetSessionDto {
  /** A bearer token for the visitor's chats with this bot, over HTTP and the socket. */
  @ApiProperty({ example: 'bv_eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' })
  token: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-12-21T09:00:00.000Z' })
  expiresAt: string;
  @ApiProperty({ example: ID })
  visitorId: string;
  bot: WidgetBotDto;
}
