import { sendUncompressed } from '@app/common';
import type { FastifyReply } from 'fastify';
import type { Readable } from 'node:stream';
import { contentDisposition } from './content-disposition.js';
import { isInlineType, sentTypeOf } from './file-types.js';

export interface Download {
  path: string;
  contentType: string;
  /** Null if unknown. */
  size: number | null;
  etag: string | null;
  /** The URL contains a ticket: the response must not be cached. */
  isTicket: boolean;
  /** Null when the caller has the file already. */
  body: Readable | null;
}

/** Sends an uploaded file so that it cannot act as a page of this server: sandboxed, without type sniffing, mostly as an attachment. */
export async function sendDownload(reply: FastifyReply, download: Download): Promise<void> {
  const { path, contentType, size, etag, isTicket, body } = download;
  reply.headers({
    'cache-control': isTicket ? 'private, no-store' : 'private, no-cache',
    'content-disposition': contentDisposition(isInlineType(contentType) ? 'inline' : 'attachment', path),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    vary: 'authorization',
    ...(etag !== null && { etag }),
  });
  if (body === null) {
    await reply.code(304).send();
    return;
  }
  sendUncompressed(reply);
  if (size !== null) reply.header('content-length', size);
  await reply.type(sentTypeOf(contentType)).send(body);
}
