import type { Problem } from '@app/contracts';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { IsOpen } from '../access/access.decorator.js';

/** An error in the words of somebody else's clients. */
export interface ErrorAnswer {
  status: number;
  body: object;
}

/** What a route in another system's wire format does differently from ours. */
export interface ForeignRouteOptions {
  /** How errors look, also those that come before the handler. */
  errorAnswer: (problem: Problem, error: unknown) => ErrorAnswer;
  /** Whether pages of every origin may call it; else CORS_ORIGINS holds here, too. */
  isOpenToBrowsers?: IsOpen;
}

export const isForeignRoute = ({ routeOptions }: FastifyRequest): boolean =>
  'errorAnswer' in (routeOptions.config ?? {});

/** Marks a route of a channel. */
export const ForeignRoute = (options: ForeignRouteOptions): MethodDecorator => RouteConfig(options);
