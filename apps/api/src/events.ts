/**
 * What happens inside the server, by name. Published after the write it speaks of; a listener may fail without affecting it.
 */
export interface AppEvents {
  /** A bot, its facts, links or image changed. */
  'bot.changed': { botId: string };
  /** All bots were stopped, or started again. */
  'bots.stopped': { isStopped: boolean };
  /** A bot has answered. Published on the instance that ran the turn. */
  'turn.completed': { turnId: string; chatId: string; botId: string };
  'user.changed': { userId: number };
  /** A session of a browser was ended on this instance. */
  'session.ended': { sessionId: string };
}
