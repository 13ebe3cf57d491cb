import type { TermValue } from '@app/common';

/** How a bot's embedded page looks, and who may embed it. */
export interface WidgetSettings {
  /** Empty: the bot's name. */
  titleTv: TermValue;
  /** The accent, `#rrggbb` in small letters. */
  colour: string;
  /** Markdown. Empty: what the bot says about itself. */
  greetingTv: TermValue;
  avatar: 'bot_image' | null;
  /** Pages of these origins may embed the page; every page may when there are none. */
  allowedOrigins: string[];
  /** The side of the window on which the launcher is. */
  position: 'left' | 'right';
  /** Beside the launcher's sign. Empty: the sign alone. */
  launcherTextTv: TermValue;
}

const NOTHING: TermValue = { value: '', valueDe: '' };
const DEFAULTS: WidgetSettings = {
  titleTv: NOTHING,
  colour: '#3454d1',
  greetingTv: NOTHING,
  avatar: 'bot_image',
  allowedOrigins: [],
  position: 'right',
  launcherTextTv: NOTHING,
};

/** The settings in a bot's configuration; what is not set has its default. */
export const widgetSettingsOf = (configuration: Readonly<Record<string, unknown>>): WidgetSettings => ({
  ...DEFAULTS,
  ...(configuration['widget'] as Partial<WidgetSettings> | undefined),
});
