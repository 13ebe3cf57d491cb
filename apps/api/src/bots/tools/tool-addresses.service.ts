import { AppError } from '@app/common';
import type { BotTool } from '@app/database';
import { Injectable } from '@nestjs/common';
import { keepMaskedUrl, maskUrl, SecretsService } from '../../secrets/index.js';
import { addressPlaceOf } from './tool-secrets.js';

type Address = Pick<BotTool, 'url' | 'sealedUrl'>;

/** The addresses of tools. One that holds secrets is sealed as a whole, and shown with masks. */
@Injectable()
export class ToolAddressesService {
  constructor(private readonly secrets: SecretsService) {}

  /** The address of a tool that is changed. Masks in it stand for what is stored, while the origin stays. */
  seal(toolId: string, sent: string | null, before: BotTool | null): Address {
    if (sent === null) return { url: null, sealedUrl: null };
    const stored = before === null ? null : this.open(before);
    const whole = keepMaskedUrl(sent, stored?.isReadable ? stored.url : null);
    if (whole === null) throw masked();
    const url = maskUrl(whole);
    return { url, sealedUrl: url === whole ? null : this.secrets.seal(whole, addressPlaceOf(toolId)) };
  }

  open({ id, url, sealedUrl }: Address & Pick<BotTool, 'id'>): { url: string | null; isReadable: boolean } {
    if (sealedUrl === null) return { url, isReadable: true };
    const opened = this.secrets.open(sealedUrl, addressPlaceOf(id));
    return { url: opened ?? url, isReadable: opened !== null };
  }
}

const masked = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    errors: [
      { path: 'url', message: 'url must be sent with its secrets: none are stored for these masks and this origin' },
    ],
  });
