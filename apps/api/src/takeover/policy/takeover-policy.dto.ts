import { MaxLength } from '@app/common';
import type { TermValue } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { BusinessHours, TakeoverPolicy, Weekday } from '../../bots/index.js';
import { isTimeZone } from './business-hours.js';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const MAX_FINISH_SECONDS = 30;
const MAX_WAIT_SECONDS = 86_400;
const MIN_REPLY_SECONDS = 10;
const MAX_NOTICE_LENGTH = 2000;

const IsTimeZone = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isTimeZone',
    target: target.constructor,
    propertyName: String(property),
    options: { message: '$property must be a time zone like Europe/Berlin' },
    validator: { validate: isTimeZone },
  });

/** A text in both languages; empty German text falls back to the English one. */
export class NoticeDto implements TermValue {
  @IsString()
  @MaxLength(MAX_NOTICE_LENGTH)
  @ApiProperty({ example: 'You are talking to a bot.' })
  value: string;

  @IsString()
  @MaxLength(MAX_NOTICE_LENGTH)
  @ApiProperty({ example: 'Hier antwortet ein Bot.' })
  valueDe: string;
}

/** From one time of the day to another; over midnight when the second is not later. */
export class OpenHoursDto {
  @Matches(TIME, { message: '$property must look like 09:00' })
  @ApiProperty({ example: '09:00' })
  from: string;

  @Matches(TIME, { message: '$property must look like 09:00' })
  @ApiProperty({ example: '17:00' })
  to: string;
}

const OpenHours = (): PropertyDecorator => (target, property) => {
  IsOptional()(target, property);
  ValidateNested()(target, property);
  Type(() => OpenHoursDto)(target, property);
  ApiProperty({ type: OpenHoursDto, required: false })(target, property);
};

export class OpenDaysDto implements Partial<Record<Weekday, OpenHoursDto>> {
  @OpenHours() monday?: OpenHoursDto;
  @OpenHours() tuesday?: OpenHoursDto;
  @OpenHours() wednesday?: OpenHoursDto;
  @OpenHours() thursday?: OpenHoursDto;
  @OpenHours() friday?: OpenHoursDto;
  @OpenHours() saturday?: OpenHoursDto;
  @OpenHours() sunday?: OpenHoursDto;
}

/** When people are there. A day that is not listed is closed. */
export class BusinessHoursDto implements BusinessHours {
  @IsTimeZone()
  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => OpenDaysDto)
  @ApiProperty({ type: OpenDaysDto })
  days: OpenDaysDto;
}

/** How a bot and people pass a chat to each other. */
export class TakeoverPolicyDto implements TakeoverPolicy {
  /** What becomes of a running answer when a person takes over. */
  @IsIn(['cut', 'finish', 'discard'])
  @ApiProperty({ enum: ['cut', 'finish', 'discard'], example: 'cut' })
  onClaim: 'cut' | 'finish' | 'discard';

  /** With `finish`: how long the answer may go on. */
  @IsInt()
  @Min(1)
  @Max(MAX_FINISH_SECONDS)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_FINISH_SECONDS, example: 10 })
  finishSeconds: number;

  /** The bot may ask for a person by itself. */
  @IsBoolean()
  @ApiProperty({ example: false })
  isOfferedToBot: boolean;

  /** Words of the customer that ask for a person. */
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(100, { each: true })
  @ApiProperty({ type: [String], maxItems: 50, example: ['a human'] })
  keywords: string[];

  /** So many failed answers in a row ask for a person; null never do. */
  @ValidateIf(({ failedTurns }: TakeoverPolicyDto) => failedTurns !== null)
  @IsInt()
  @Min(1)
  @Max(20)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 20, nullable: true, example: 3 })
  failedTurns: number | null;

  /** How long a customer waits before `onWaitExpired` happens. */
  @IsInt()
  @Min(1)
  @Max(MAX_WAIT_SECONDS)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_WAIT_SECONDS, example: 300 })
  waitSeconds: number;

  @IsIn(['bot', 'close', 'keep'])
  @ApiProperty({ enum: ['bot', 'close', 'keep'], example: 'bot' })
  onWaitExpired: 'bot' | 'close' | 'keep';

  /** What becomes of a chat whose agent is not heard of any more, does not answer (`replySeconds`), or is no agent any more. */
  @IsIn(['requeue', 'bot'])
  @ApiProperty({ enum: ['requeue', 'bot'], example: 'requeue' })
  onLeaseExpired: 'requeue' | 'bot';

  /** An agent who leaves the customer without an answer for so long loses the chat; null as long as they like. */
  @ValidateIf(({ replySeconds }: TakeoverPolicyDto) => replySeconds !== null)
  @IsInt()
  @Min(MIN_REPLY_SECONDS)
  @Max(MAX_WAIT_SECONDS)
  @ApiProperty({
    type: 'integer',
    minimum: MIN_REPLY_SECONDS,
    maximum: MAX_WAIT_SECONDS,
    nullable: true,
    required: false,
    default: null,
    example: 300,
  })
  replySeconds: number | null = null;

  /** Null: always open. */
  @ValidateIf(({ businessHours }: TakeoverPolicyDto) => businessHours !== null)
  @IsDefined()
  @ValidateNested()
  @Type(() => BusinessHoursDto)
  @ApiProperty({ type: BusinessHoursDto, nullable: true })
  businessHours: BusinessHoursDto | null;

  /** The message to the customer when the chat is closed because no agent is there. */
  @IsDefined()
  @ValidateNested()
  @Type(() => NoticeDto)
  @ApiProperty({ type: NoticeDto })
  closedMessage: NoticeDto;

  /** Tells the customer, before the first answer, that a bot is speaking; empty says nothing. */
  @IsDefined()
  @ValidateNested()
  @Type(() => NoticeDto)
  @ApiProperty({ type: NoticeDto })
  firstMessageNotice: NoticeDto;
}
