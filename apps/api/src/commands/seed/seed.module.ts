import { Module } from '@nestjs/common';
import { AppModule } from '../../app.module.js';
import { DemoDataRepository } from './demo-data.repository.js';

/** The application, without its doors, and what fills it. */
@Module({ imports: [AppModule], providers: [DemoDataRepository] })
export class SeedModule {}
