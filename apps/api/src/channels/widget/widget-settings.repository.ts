import { Bot } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { widgetSettingsOf, type WidgetSettings } from './widget-settings.js';

/** The part of a bot's configuration that says how its embedded page looks. */
@Injectable()
export class WidgetSettingsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** With the id of the bot's image, if it has one. */
  async find(botId: string): Promise<{ settings: WidgetSettings; imageFileId: string | null }> {
    const { configuration, imageFileId } = await this.dataSource.manager.findOneOrFail(Bot, {
      select: { id: true, configuration: true as never, imageFileId: true },
      where: { id: botId },
    });
    return { settings: widgetSettingsOf(configuration), imageFileId };
  }
}
