import type { FastifyInstance } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import type { ForeignRouteOptions } from './foreign-route.decorator.js';
import { pathOf, patternOf } from './route-table.js';

/** Knows which paths pages of every origin may call. */
export class OpenRoutes {
  private readonly patterns = new Map<string, RegExp>();

  constructor(server: FastifyInstance, config: AppConfig) {
    server.addHook('onRoute', ({ url, config: route }) => {
      const { isOpenToBrowsers } = (route ?? {}) as Partial<ForeignRouteOptions>;
      if (isOpenToBrowsers?.(config) === true) this.patterns.set(url, patternOf(url));
    });
  }

  /** Also for preflights, which have no route of their own. */
  has(url: string): boolean {
    const path = pathOf(url);
    return [...this.patterns.values()].some((pattern) => pattern.test(path));
  }
}
