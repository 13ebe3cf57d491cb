import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

export const DOCS_PATH = '/docs';
/** The form that Swagger UI shows in half the time. */
export const DOCUMENT_3_0_PATH = '/openapi-3.0.json';

const PACKAGE = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
const SCRIPT = 'swagger-ui-bundle.js';
const STYLE = 'swagger-ui.css';
const ICON = 'favicon-32x32.png';
const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };

const KEPT = 'public, max-age=31536000, immutable';

/** A table of contents first: there are too many operations and schemas to begin with all of them. */
const START = `/** Sections by their names, and operations by name, path or summary. */
const opsFilter = (sections, words) => {
  const isFound = (text) => text.toLowerCase().includes(words.toLowerCase());
  const textOf = (each) =>
    [each.get('path'), each.getIn(['operation', 'operationId']), each.getIn(['operation', 'summary'])].join(' ');
  return sections
    .map((section, name) =>
      isFound(name) ? section : section.update('operations', (all) => all.filter((each) => isFound(textOf(each)))))
    .filter((section) => section.get('operations').size > 0);
};
addEventListener('DOMContentLoaded', () => {
  window.ui = SwaggerUIBundle({
    url: document.querySelector('script[data-document]').dataset.document,
    dom_id: '#swagger-ui',
    deepLinking: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    filter: true,
    plugins: [{ fn: { opsFilter } }],
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
  });
});
`;

/** All problems have one form: the first is shown whole, the others say what they mean. What was answered in a trial is always shown. */
const LOOKS = `body { margin: 0 }
.responses-table:not(.live-responses-table) .response:not([data-code^='2']) ~ .response:not([data-code^='2'])
  > .response-col_description > :not(.response-col_description__inner) { display: none }
`;

/** Swagger UI: the page, its start, and the files of the package. The page asks for each with a mark of its content, so that browsers keep it. */
export async function serveDocsPage(server: FastifyInstance): Promise<void> {
  await server.register(fastifyStatic, {
    root: dirname(PACKAGE),
    prefix: `${DOCS_PATH}/assets/`,
    allowedPath: (path) => [SCRIPT, STYLE, ICON].includes(path.slice(1)),
    index: false,
    decorateReply: false,
    immutable: true,
    maxAge: '365d',
  });
  const serve = (path: string, type: string, text: string, cacheControl: string): unknown =>
    server.get(DOCS_PATH + path, (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).header('cache-control', cacheControl).send(text),
    );
  serve('/start.js', 'text/javascript', START, KEPT);
  serve('/looks.css', 'text/css', LOOKS, KEPT);
  server.get(DOCS_PATH, (request, reply) => {
    // Addresses are relative to the page's own: a proxy may serve all of this below a path.
    const isFolder = request.url.split('?')[0]!.endsWith('/');
    const html = isFolder ? pageOf('.', '..') : pageOf('.' + DOCS_PATH, '.');
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html);
  });
}

const pageOf = (own: string, root: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baton API</title>
<link rel="icon" href="${own}/assets/${ICON}?v=${version}">
<link rel="stylesheet" href="${own}/assets/${STYLE}?v=${version}">
<link rel="stylesheet" href="${own}/looks.css?v=${markOf(LOOKS)}">
<script src="${own}/assets/${SCRIPT}?v=${version}" defer></script>
<script src="${own}/start.js?v=${markOf(START)}" data-document="${root}${DOCUMENT_3_0_PATH}" defer></script>
</head>
<body><div id="swagger-ui"></div></body>
</html>
`;

const markOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
