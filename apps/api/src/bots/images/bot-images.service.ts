import { AppError, notFound, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotImagesRepository } from './bot-images.repository.js';
import { BotsRepository } from '../profile/bots.repository.js';
import { BotsService } from '../profile/bots.service.js';
import { imageFormatOf } from './image-format.js';

export const MAX_IMAGE_BYTES = 2 * 1024 * 1024;
const MAX_SIDE = 8192;

export interface BotImage {
  contentType: string;
  etag: string;
  /** Null when the caller has the image already. */
  bytes: Buffer | null;
}

/** The pictures of bots, kept in the database so that every instance can show them. */
@Injectable()
export class BotImagesService {
  constructor(
    private readonly images: BotImagesRepository,
    private readonly bots: BotsRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
  ) {}

  /** The image of a bot that the caller may use or administer. `knownTags` is the `If-None-Match` header. */
  async get(caller: Principal, botId: string, knownTags: string | undefined): Promise<BotImage> {
    const bot = await this.bots.find(botId);
    const isVisible =
      bot !== null &&
      bot.deletedAt === null &&
      ((bot.isPublic && bot.isActive) || (await this.profiles.getRoles(caller, botId)).size > 0);
    const file = isVisible && bot.imageFileId !== null ? await this.images.find(bot.imageFileId) : null;
    if (file === null) throw notFound('The image');
    const etag = `"${file.sha256}"`;
    const isKnown = isMatch(knownTags, etag);
    return { contentType: file.contentType, etag, bytes: isKnown ? null : await this.images.readBytes(file.id) };
  }

  async replace(caller: Principal, botId: string, bytes: Buffer | undefined): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    const format = bytes === undefined || bytes.length === 0 ? null : imageFormatOf(bytes);
    if (format === null)
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', { detail: 'An image must be PNG, JPEG, WebP or GIF.' });
    const { contentType, width, height } = format;
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
      throw new AppError('VALIDATION_FAILED', {
        detail: `An image may have at most ${MAX_SIDE} × ${MAX_SIDE} pixels.`,
      });
    const sha256 = createHash('sha256').update(bytes!).digest('hex');
    const file = { id: uuidv7(), contentType, size: bytes!.length, sha256, createdAt: new Date() };
    await this.images.replace(botId, file, bytes!);
    await this.profiles.changed(botId);
  }

  async remove(caller: Principal, botId: string): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    await this.images.remove(botId);
    await this.profiles.changed(botId);
  }
}

const isMatch = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
