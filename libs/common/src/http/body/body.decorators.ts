import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { RouteSettings } from '../route-settings.decorator.js';

/** What a route takes as its body; JSON when it says nothing. */
export interface BodyRoute {
  body?: 'raw' | 'form';
  bodyLimit?: number;
}

/** The handler gets the bytes as they are, of any content type and at most `limit` of them: `@Body() bytes: Buffer`. */
export const RawBody = (limit: number, ...types: string[]): MethodDecorator =>
  applyDecorators(
    RouteSettings({ body: 'raw', bodyLimit: limit } satisfies BodyRoute),
    ApiConsumes(...(types.length > 0 ? types : ['application/octet-stream'])),
    ApiBody({ schema: { type: 'string', format: 'binary' } }),
  );

/** The route also takes `application/x-www-form-urlencoded`, as webhooks send it. */
export const FormBody = (): MethodDecorator =>
  applyDecorators(
    RouteSettings({ body: 'form' } satisfies BodyRoute),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
  );
