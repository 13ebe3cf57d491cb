import type { FastifyReply } from 'fastify';
import type { BotImage } from './bot-images.service.js';

/** Sends uploaded bytes as the image that they are, and never as another type; browsers request them again only when they have changed. */
export async function sendImage(reply: FastifyReply, { contentType, etag, bytes }: BotImage): Promise<void> {
  reply.headers({
    etag,
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    vary: 'authorization',
  });
  await (bytes === null ? reply.code(304).send() : reply.type(contentType).send(bytes));
}
