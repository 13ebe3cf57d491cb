import { BEARER, VERSION } from '@app/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DOCUMENT_3_0_PATH, serveDocsPage } from './docs-page.js';
import { documentIn3_0 } from './openapi-3-0.js';
import { completeDocument } from './openapi-complete.js';
import { TAGS } from './openapi-tags.js';
import { START_HERE, START_HERE_TEXT, startHere } from './openapi-tour.js';

const DOCUMENT_PATH = '/openapi.json';

/** The OpenAPI document of everything that the application serves. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Baton')
    .setDescription(
      'A self-hosted chat backend: bots that stream their answers, and people who can take any chat over. ' +
        'Every error is `application/problem+json` with a stable `code`, except where a route speaks another system’s format. ' +
        'Every POST under `/api` takes an `Idempotency-Key`.\n\n' +
        START_HERE_TEXT,
    )
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addExtension(START_HERE, startHere())
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

/** Swagger UI and the document, in production too. The document is built at the first request for it. */
export async function serveDocs(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  await serveDocsPage(server);
  let built: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => (built ??= buildDocument(app));
  serveDocument(server, DOCUMENT_PATH, document);
  serveDocument(server, DOCUMENT_3_0_PATH, () => documentIn3_0(document()));
}

function serveDocument(server: FastifyInstance, path: string, build: () => OpenAPIObject): void {
  let served: { text: string; etag: string } | undefined;
  server.get(path, (request, reply) => {
    served ??= servedForm(build());
    reply.headers({ etag: served.etag, 'cache-control': 'no-cache' });
    if (request.headers['if-none-match']?.includes(served.etag)) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(served.text);
  });
}

/** The tag is weak: the same document is sent compressed in several ways. */
function servedForm(document: OpenAPIObject): { text: string; etag: string } {
  const text = JSON.stringify(document);
  return { text, etag: `W/"${createHash('sha256').update(text).digest('base64url')}"` };
}
