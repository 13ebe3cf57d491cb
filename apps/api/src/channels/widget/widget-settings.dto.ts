import { MaxLength } from '@app/common';
import type { TermValue } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { WidgetSettings } from './widget-settings.js';

const COLOUR = /^#[0-9a-f]{6}$/i;
/** What a `frame-ancestors` directive takes, and nothing that could end it: no path, no user, no list. */
const ORIGIN = /^https?:\/\/(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/;
const MAX_ORIGINS = 50;
const MAX_ORIGIN_LENGTH = 255;
const MAX_TEXT_LENGTH = 2000;
const MAX_LABEL_LENGTH = 100;

/** A text in both languages; empty German text falls back to the English one. */
export class WidgetTextDto implements TermValue {
  @IsString()
  @MaxLength(MAX_TEXT_LENGTH)
  @ApiProperty({ example: 'Hello! How can I help?' })
  value: string;

  @IsString()
  @MaxLength(MAX_TEXT_LENGTH)
  @ApiProperty({ example: 'Hallo! Wie kann ich helfen?' })
  valueDe: string;
}

/** A text that stands on one line. */
export class WidgetLabelDto implements TermValue {
  @IsString()
  @MaxLength(MAX_LABEL_LENGTH)
  @ApiProperty({ example: 'Support' })
  value: string;

  @IsString()
  @MaxLength(MAX_LABEL_LENGTH)
  @ApiProperty({ example: 'Kundendienst' })
  valueDe: string;
}

/** How a bot's embedded page looks, and who may embed it. */
export class WidgetSettingsDto implements Partial<WidgetSettings> {
  /** Empty or left out: the bot's name. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WidgetLabelDto)
  @ApiProperty({ type: WidgetLabelDto, required: false })
  titleTv?: WidgetLabelDto;

  /** The accent. Text on it is black or white, whichever is easier to read. */
  @Matches(COLOUR, { message: '$property must look like #3454d1' })
  @ApiProperty({ example: '#3454d1', pattern: '^#[0-9a-fA-F]{6}$' })
  colour: string;

  /** Markdown, shown before the first message. Empty: the bot's own display message. */
  @IsDefined()
  @ValidateNested()
  @Type(() => WidgetTextDto)
  @ApiProperty({ type: WidgetTextDto })
  greetingTv: WidgetTextDto;

  /** Null: a letter in place of a picture. */
  @ValidateIf(({ avatar }: WidgetSettingsDto) => avatar !== null)
  @IsIn(['bot_image'])
  @ApiProperty({ type: 'string', enum: ['bot_image', null], nullable: true, example: 'bot_image' })
  avatar: 'bot_image' | null;

  /** Pages of these origins may embed the page (`*.` stands for subdomains). Empty: every page may. */
  @IsArray()
  @ArrayMaxSize(MAX_ORIGINS)
  @MaxLength(MAX_ORIGIN_LENGTH, { each: true })
  @Matches(ORIGIN, {
    each: true,
    message: 'each value in $property must be an origin in small letters, like https://www.example.com',
  })
  @ApiProperty({ type: [String], maxItems: MAX_ORIGINS, example: ['https://www.example.com'] })
  allowedOrigins: string[];

  /** The side of the window on which the launcher is. */
  @IsIn(['left', 'right'])
  @ApiProperty({ enum: ['left', 'right'], example: 'right' })
  position: 'left' | 'right';

  /** Beside the launcher's sign. Empty: the sign alone. */
  @IsDefined()
  @ValidateNested()
  @Type(() => WidgetLabelDto)
  @ApiProperty({ type: WidgetLabelDto })
  launcherTextTv: WidgetLabelDto;
}
