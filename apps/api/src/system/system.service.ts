import { Injectable } from '@nestjs/common';
import type { SystemMessageDto } from './system.dto.js';
import { SystemRepository } from './system.repository.js';

/** The banner: one text, readable by every caller, also before signing in; set by administrators. */
@Injectable()
export class SystemService {
  constructor(private readonly repository: SystemRepository) {}

  async getMessage(): Promise<SystemMessageDto> {
    return { value: (await this.repository.findBanner()) ?? '' };
  }

  async setMessage({ value }: SystemMessageDto): Promise<void> {
    await this.repository.saveBanner(value ?? '');
  }
}
