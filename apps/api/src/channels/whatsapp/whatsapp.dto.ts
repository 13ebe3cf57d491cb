import { PagingQuery, PagingResultOf } from '@app/common';
import type { OutboxMessage, OutboxState } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const CUSTOMER = 'whatsapp:+15551234567';
const SID = 'SM0123456789abcdef0123456789abcdef';
const AT = '2026-11-21T09:00:00.000Z';
const OUTBOX_STATES: readonly OutboxState[] = ['pending', 'sent', 'dead'];

/** The fields that are read; Twilio sends more. */
export class WebhookFormDto {
  @ApiProperty({ example: CUSTOMER })
  From: string;
  /** Empty when something else than text was sent. */
  @ApiProperty({ example: 'Hello' })
  Body: string;
  /** The same message again has no effect. */
  @ApiProperty({ required: false, example: SID })
  MessageSid?: string;
  @ApiProperty({ required: false, example: 'Ada' })
  ProfileName?: string;
  /** How many files there are: `MediaUrl0`, `MediaUrl1` and so on. */
  @ApiProperty({ required: false, example: '0' })
  NumMedia?: string;
  /** Fetched with the account's credentials, and kept as a file of the chat. */
  @ApiProperty({ required: false })
  MediaUrl0?: string;
  @ApiProperty({ required: false })
  MediaContentType0?: string;
  /** Who writes, for customers who hide their number. */
  @ApiProperty({ required: false })
  ExternalUserId?: string;
}

export class StatusFormDto {
  @ApiProperty({ example: SID })
  MessageSid: string;
  @ApiProperty({ example: 'undelivered' })
  MessageStatus: string;
  @ApiProperty({ required: false, example: '63016' })
  ErrorCode?: string;
}

export class WhatsAppOutboxQuery extends PagingQuery {
  /** Keeps messages in this state: `pending`, `sent`, or `dead`, which are not tried again by themselves. */
  @IsOptional()
  @IsIn(OUTBOX_STATES)
  @ApiProperty({ enum: OUTBOX_STATES, required: false })
  State?: OutboxState;
}

export class WhatsAppOutboxItemDto {
  @ApiProperty({ type: 'integer', example: 7 })
  id: number;
  @ApiProperty({ example: CUSTOMER })
  to: string;
  /** Null when the customer was told something outside of a chat. */
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  chatId: string | null;
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  messageId: string | null;
  @ApiProperty({ example: 'I answer questions.' })
  text: string;
  @ApiProperty({ enum: OUTBOX_STATES, example: 'dead' })
  state: OutboxState;
  @ApiProperty({ type: 'integer', example: 1 })
  attempts: number;
  /** Twilio's id of the message. */
  @ApiProperty({ type: 'string', nullable: true, example: SID })
  sid: string | null;
  /** What Twilio last said of it. */
  @ApiProperty({ type: 'string', nullable: true, example: 'undelivered' })
  delivery: string | null;
  /** Twilio's code of what went wrong last, or one of ours. */
  @ApiProperty({ type: 'string', nullable: true, example: '63016' })
  errorCode: string | null;
  @ApiProperty({ type: 'string', nullable: true, example: 'The customer last wrote more than 24 hours ago.' })
  errorDetail: string | null;
  @ApiProperty({ type: 'string', format: 'date-time', example: AT })
  createdUtc: string;
}

export class WhatsAppOutboxItemDtoPagingResult extends PagingResultOf(WhatsAppOutboxItemDto) {}

export class WhatsAppStatusDto {
  @ApiProperty({ example: true })
  isOn: boolean;
  /** What to enter at Twilio as the address for incoming messages. */
  @ApiProperty({ type: 'string', nullable: true, example: 'https://chat.example.com/webhook' })
  webhookUrl: string | null;
  /** Messages that were received and are not in their chats yet. */
  @ApiProperty({ type: 'integer', example: 0 })
  received: number;
  /** Messages that could not be handled. */
  @ApiProperty({ type: 'integer', example: 0 })
  receivedDead: number;
  /** Messages that are to be sent. */
  @ApiProperty({ type: 'integer', example: 0 })
  pending: number;
  @ApiProperty({ type: 'integer', example: 12 })
  sent: number;
  /** Messages that could not be sent. */
  @ApiProperty({ type: 'integer', example: 0 })
  dead: number;
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  oldestPendingUtc: string | null;
}

export const mapOutboxItem = (message: OutboxMessage): WhatsAppOutboxItemDto => ({
  id: message.id,
  to: message.lane,
  chatId: message.chatId,
  messageId: message.messageId,
  text: message.text,
  state: message.state,
  attempts: message.attempts,
  sid: message.externalId,
  delivery: message.delivery,
  errorCode: message.errorCode,
  errorDetail: message.errorDetail,
  createdUtc: message.createdAt.toISOString(),
});
