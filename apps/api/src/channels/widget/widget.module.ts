import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { BotsModule } from '../../bots/index.js';
import { CacheModule } from '../../cache/index.js';
import { WidgetAssetsService } from './widget-assets.service.js';
import { WidgetBotsService } from './widget-bots.service.js';
import { WidgetPagesController } from './widget-pages.controller.js';
import { WidgetPagesService } from './widget-pages.service.js';
import { WidgetSessionsController } from './widget-sessions.controller.js';
import { WidgetSessionsService } from './widget-sessions.service.js';
import { WidgetSettingsController } from './widget-settings.controller.js';
import { WidgetSettingsRepository } from './widget-settings.repository.js';
import { WidgetSettingsService } from './widget-settings.service.js';

/** A chat page that any site may embed. Its program is in `apps/widget`; visitors use the same chats as all other customers. */
@Module({
  imports: [AuthModule, BotsModule, CacheModule],
  controllers: [WidgetPagesController, WidgetSessionsController, WidgetSettingsController],
  providers: [
    WidgetAssetsService,
    WidgetBotsService,
    WidgetPagesService,
    WidgetSessionsService,
    WidgetSettingsRepository,
    WidgetSettingsService,
  ],
})
export class WidgetModule {}
