import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SystemState } from '@app/database';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelsModule } from '../models/index.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsController } from './metrics.controller.js';
import { SystemController } from './system.controller.js';
import { SystemRepository } from './system.repository.js';
import { SystemService } from './system.service.js';

/** The banner, health and figures. */
@Module({
  imports: [ModelsModule, TypeOrmModule.forFeature([SystemState]), TerminusModule.forRoot({ logger: false })],
  controllers: [SystemController, HealthController, MetricsController],
  providers: [SystemService, SystemRepository, HealthService],
})
export class SystemModule {}
