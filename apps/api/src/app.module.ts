import { AppConfigModule } from '@app/common';
import { DatabaseModule } from '@app/database';
import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';

/** The list of feature modules; a test starts exactly this. */
@Module({
  imports: [AppConfigModule, EventEmitterModule.forRoot(), DatabaseModule],
})
export class AppModule {}
