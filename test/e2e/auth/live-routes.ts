import type { FastifyInstance } from 'fastify';
import type { Operation } from '../../support/openapi-validator.js';

/** What the router really has: collects every route from before the first one is there. HEAD comes with every GET. */
export class LiveRoutes {
  /** `GET /api/bots/:botId` */
  readonly names = new Set<string>();

  readonly collect = (server: FastifyInstance): void => {
    server.addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) if (name !== 'HEAD') this.names.add(`${name} ${url}`);
    });
  };
}

/** Parameters have no names here: `GET /api/bots/{}`. */
const shapeOf = (method: string, path: string): string =>
  `${method} ${path.replace(/\{[^}]+\}|:\w+|\*/g, '{}').replace(/(.)\/$/, '$1')}`.toLowerCase();

export const shapeOfOperation = ({ method, path }: Operation): string => shapeOf(method, path);
export const shapeOfRoute = (route: string): string => shapeOf(...(route.split(' ') as [string, string]));
