/**
 * What happens inside the server, by name. Published after the write it speaks of; whoever listens may fail without hurting it.
 */
export interface AppEvents {
  /** A bot, its facts, links or image changed: whoever caches bots forgets it. */
  'bot.changed': { botId: string };
  'service.changed': { serviceId: string };
  /** The switch that stops all bots was thrown. */
  'bots.stopped': { isStopped: boolean };
  /** A bot has answered. Told on the instance that ran the turn. */
  'turn.completed': { turnId: string; chatId: string; botId: string };
  'user.changed': { userId: number };
}

export type AppEventName = keyof AppEvents;
