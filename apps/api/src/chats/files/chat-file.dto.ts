import { MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import type { ChatFileRow } from './chat-files.repository.js';
import { encodeFilePath } from './file-path.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

export class DownloadQuery {
  /** A one-time ticket of the chat, in place of a token. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @ApiProperty({ required: false, maxLength: 200 })
  ticket?: string;
}

export class ChatFileDto {
  @ApiProperty({ example: ID })
  id: string;
  /** Within the chat's folder. */
  @ApiProperty({ example: 'orders/1234.pdf' })
  path: string;
  @ApiProperty({ example: 'application/pdf' })
  contentType: string;
  /** In bytes. */
  @ApiProperty({ type: 'integer', example: 48_213 })
  size: number;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdUtc: string;
  @ApiProperty({ example: `/api/chats/${ID}/downloads/orders/1234.pdf` })
  url: string;
  @ApiProperty({ example: `/api/chats/${ID}/tickets` })
  createTicketUrl: string;
}

export class ChatFilesDto {
  @ApiProperty({ type: [ChatFileDto] })
  items: ChatFileDto[];
}

/** Where a file of a chat is downloaded. */
export const fileAddresses = (chatId: string, path: string): { url: string; createTicketUrl: string } => ({
  url: `/api/chats/${chatId}/downloads/${encodeFilePath(path)}`,
  createTicketUrl: `/api/chats/${chatId}/tickets`,
});

export const mapChatFile = (chatId: string, file: ChatFileRow): ChatFileDto => ({
  id: file.fileId,
  path: file.path,
  contentType: file.contentType,
  size: file.size,
  createdUtc: file.createdAt.toISOString(),
  ...fileAddresses(chatId, file.path),
});
