import { AppError, RedisConnection } from '@app/common';
import type { HttpAdapter } from '@app/common';
import { StorageState } from '@app/database';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TypeOrmHealthIndicator } from '@nestjs/terminus';
import { KeyCanaryService } from '../secrets/index.js';
import { ServiceHealthService } from '../models/index.js';
import type { HealthDto } from './health.dto.js';

const DATABASE_TIMEOUT_MS = 1500;
const FULL_AGAIN_SECONDS = 10;

/**
 * An instance is alive when it answers; it is ready when it can reach its database, finds room there and is not shutting down. Redis,
 * the encryption key and the model services are only reported.
 */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: TypeOrmHealthIndicator,
    private readonly storage: StorageState,
    private readonly redis: RedisConnection,
    private readonly canary: KeyCanaryService,
    private readonly models: ServiceHealthService,
    private readonly host: HttpAdapterHost<HttpAdapter>,
  ) {}

  getLiveness(): HealthDto {
    return { status: this.host.httpAdapter.isDraining ? 'draining' : 'ok', parts: {} };
  }

  async getReadiness(): Promise<HealthDto> {
    if (this.host.httpAdapter.isDraining) throw new AppError('SHUTTING_DOWN');
    const { database } = await this.database.pingCheck('database', { timeout: DATABASE_TIMEOUT_MS });
    if (database.status !== 'up' || !(await this.storage.isUsable()))
      throw new AppError('NOT_READY', { detail: 'The database does not answer.' });
    if (!(await this.storage.hasRoom())) throw new AppError('STORAGE_FULL', { retryAfterSeconds: FULL_AGAIN_SECONDS });
    const encryptionKey = (await this.canary.isReadable()) ? 'up' : 'down';
    const parts: HealthDto['parts'] = { database: 'up', encryptionKey };
    if (this.redis.client !== null) parts.redis = this.redis.isUp ? 'up' : 'down';
    const models = this.models.summarise();
    if (models !== null) parts.models = models;
    return { status: 'ok', parts };
  }
}
