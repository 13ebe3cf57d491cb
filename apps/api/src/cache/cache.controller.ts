import { Access } from '@app/common';
import { Controller, Delete } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { EmptyDto } from './cache.dto.js';
import { CacheService } from './cache.service.js';

@ApiTags('Cache')
@Controller('cache')
export class CacheController {
  constructor(private readonly cache: CacheService) {}

  /** Empties the cache on every instance. */
  @Delete()
  @Access('admin')
  @ApiOkResponse({ type: EmptyDto })
  deleteCache(): Promise<void> {
    return this.cache.clear();
  }
}
