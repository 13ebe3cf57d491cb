import { BEARER, VERSION } from '@app/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { completeDocument } from './openapi-complete.js';
import { TAGS } from './openapi-tags.js';

export const DOCS_PATH = '/docs';
const DOCUMENT_PATH = '/openapi.json';

/** The OpenAPI document of everything that the application serves. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Baton')
    .setDescription(
      'A self-hosted chat backend: bots that stream their answers, and people who can take any chat over. ' +
        'Every error is `application/problem+json` with a stable `code`, except where a route speaks another system’s format. ' +
        'Every POST under `/api` takes an `Idempotency-Key`.',
    )
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This server')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description:
          'An API key (the first administrator’s was printed at the first start and is in `data/admin-api-key`), a JWT of the ' +
          'configured issuer, or a visitor’s token (`POST /api/widget/{botCode}/session`). Without any, only the public open bot can be talked to.',
      },
      BEARER,
    );
  for (const { name, description } of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, handler) => handler,
  });
  return completeDocument(document);
}

/** Swagger UI and the document, in production too. The document is built at the first request. */
export function serveDocs(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup(DOCS_PATH, app, () => (document ??= buildDocument(app)), {
    jsonDocumentUrl: DOCUMENT_PATH,
    raw: ['json'],
    customSiteTitle: 'Baton API',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      filter: true,
      // A table of contents first: there are too many operations and schemas to begin with all of them.
      docExpansion: 'none',
      defaultModelsExpandDepth: 0,
    },
  });
}
