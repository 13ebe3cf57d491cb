import { Characters, MaxLength } from '@app/common';
import type { ChatOwner } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const AT = '2026-11-21T09:00:00.000Z';
const TIME = { type: 'string', format: 'date-time' } as const;
const MAX_INT = 2_147_483_647;
const MAX_TEXT = 16_000;
const MAX_NAME = 100;
const MAX_WORD = 40;
const MAX_TAGS = 20;
const CANNED = 'Hello {{customerName}}, this is {{agentName}}. How can I help?';
const WORD = new RegExp(String.raw`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,${MAX_WORD - 1}}$`, 'u');

export class ReadMarkDto {
  /** The number of the newest event that was read. What is beyond the end of the log counts as its end. */
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_INT, example: 12 })
  seq: number;
}

export class SaveDraftRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_TEXT)
  @ApiProperty({ minLength: 1, maxLength: MAX_TEXT, example: 'I have looked into it and' })
  text: string;
}

export class DraftDto {
  /** Empty without a draft. */
  @ApiProperty({ example: 'I have looked into it and' })
  text: string;
  @ApiProperty({ ...TIME, nullable: true, example: AT })
  updatedAt: string | null;
}

export class ChatTagsDto {
  /** Letters, digits and `. _ -`, without blanks. */
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @ArrayUnique()
  @Matches(WORD, { each: true, message: `tags must be words of 1 to ${MAX_WORD} letters, digits and . _ -` })
  @ApiProperty({ type: [String], maxItems: MAX_TAGS, example: ['refund', 'urgent'] })
  tags: string[];
}

export class CustomerChatDto {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: 'Where is my parcel?' })
  title: string;
  @ApiProperty({ example: 'Welcome' })
  botName: string;
  @ApiProperty({ enum: ['bot', 'requested', 'human', 'closed'], example: 'closed' })
  owner: ChatOwner;
  @ApiProperty({ ...TIME, example: AT })
  createdAt: string;
  @ApiProperty({ ...TIME, example: AT })
  lastActivityAt: string;
}

export class ChatCustomerDto {
  @ApiProperty({ example: 'Grace Hopper' })
  name: string;
  /** Of an account. */
  @ApiProperty({ type: 'integer', nullable: true, example: 7 })
  userId: number | null;
  @ApiProperty({ type: 'string', nullable: true, example: 'grace@example.com' })
  login: string | null;
  /** Of a customer without an account who is known again. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  visitorId: string | null;
  @ApiProperty({ example: 'widget' })
  channel: string;
  /** What the tools of the chat were told and have answered, by name. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { orderNumber: '4711' } })
  variables: Record<string, unknown>;
  /** Other chats of the same customer, the newest first, at most 20. */
  @ApiProperty({ type: [CustomerChatDto] })
  otherChats: CustomerChatDto[];
}

export class SaveViewRequestDto {
  @Characters(MAX_NAME)
  @ApiProperty({ minLength: 1, maxLength: MAX_NAME, example: 'Refunds that wait' })
  name: string;

  /** The filters of `GET /api/takeover/chats` by their names, as the page that made the view keeps them. At most 4,000 characters as JSON. */
  @IsObject()
  @ApiProperty({ type: 'object', additionalProperties: true, example: { Owner: ['requested'], Tag: 'refund' } })
  filters: Record<string, unknown>;
}

export class ChatViewDto {
  @ApiProperty({ example: ID })
  viewId: string;
  @ApiProperty({ example: 'Refunds that wait' })
  name: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { Owner: ['requested'], Tag: 'refund' } })
  filters: Record<string, unknown>;
}

export class ChatViewsDto {
  @ApiProperty({ type: [ChatViewDto] })
  items: ChatViewDto[];
}

export class SaveCannedAnswerRequestDto {
  /** What is typed after `/` to find it: letters, digits and `. _ -`. */
  @Matches(WORD, { message: `shortcut must be 1 to ${MAX_WORD} letters, digits and . _ -` })
  @ApiProperty({ minLength: 1, maxLength: MAX_WORD, example: 'hello' })
  shortcut: string;

  @Characters(MAX_NAME)
  @ApiProperty({ minLength: 1, maxLength: MAX_NAME, example: 'Greeting' })
  title: string;

  /** `{{names}}` are to be filled in before it is sent. */
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_TEXT)
  @ApiProperty({ minLength: 1, maxLength: MAX_TEXT, example: CANNED })
  text: string;

  /** Whether all agents have it. Those are made and changed by administrators. */
  @IsBoolean()
  @ApiProperty({ example: false })
  isShared: boolean;
}

export class CannedAnswerDto {
  @ApiProperty({ example: ID })
  cannedAnswerId: string;
  @ApiProperty({ example: 'hello' })
  shortcut: string;
  @ApiProperty({ example: 'Greeting' })
  title: string;
  @ApiProperty({ example: CANNED })
  text: string;
  @ApiProperty({ example: false })
  isShared: boolean;
  /** The names in the text that are to be filled in, each once. */
  @ApiProperty({ type: [String], example: ['customerName', 'agentName'] })
  variables: string[];
}

export class CannedAnswersDto {
  @ApiProperty({ type: [CannedAnswerDto] })
  items: CannedAnswerDto[];
}
