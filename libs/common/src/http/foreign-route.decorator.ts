import type { Problem } from '@app/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { IsOpen } from '../access/access.decorator.js';
import { RouteSettings } from './route-settings.decorator.js';

/** An error in the format of another system's clients. */
export interface ErrorAnswer {
  status: number;
  /** Null for none. */
  body: object | null;
}

/** What a route in another system's wire format does differently from ours. */
export interface ForeignRouteOptions {
  /** How errors look, also those that come before the handler; undefined for those that look as everywhere. */
  errorAnswer: (problem: Problem, error: unknown) => ErrorAnswer | undefined;
  /** Whether pages of every origin may call it; else CORS_ORIGINS holds here, too. */
  isOpenToBrowsers?: IsOpen;
}

export const isForeignRoute = ({ routeOptions }: FastifyRequest): boolean =>
  'errorAnswer' in (routeOptions.config ?? {});

/** Its clients may send more than is read: the document leaves the body open. */
export const OPEN_BODY = 'x-open-body';

/** Marks a route of a channel. */
export const ForeignRoute = (options: ForeignRouteOptions): MethodDecorator =>
  applyDecorators(RouteSettings(options), ApiExtension(OPEN_BODY, true));
