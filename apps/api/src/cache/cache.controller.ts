import { Access } from '@app/common';
import { Controller, Delete } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CacheService } from './cache.service.js';

@ApiTags('Cache')
@Controller('cache')
export class CacheController {
  constructor(private readonly cache: CacheService) {}

  /** Empties the cache on every instance. */
  @Delete()
  @Access('admin')
  deleteCache(): Promise<void> {
    return this.cache.clear();
  }
}
