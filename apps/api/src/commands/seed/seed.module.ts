import { Module } from '@nestjs/common';
import { AppModule } from '../../app.module.js';
import { DemoDataRepository } from './demo-data.repository.js';

/** The application without its HTTP server, and the writer of the demo data. */
@Module({ imports: [AppModule], providers: [DemoDataRepository] })
export class SeedModule {}
