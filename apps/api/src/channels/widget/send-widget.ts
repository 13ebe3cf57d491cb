import type { FastifyReply } from 'fastify';
import type { WidgetPage } from './widget-pages.service.js';

/** A launcher is asked for by name, for ever: it must not grow old. */
const LAUNCHER_SECONDS = 300;

/** Who may embed the page is said by its policy alone. */
export async function sendPage(reply: FastifyReply, { status, html, policy }: WidgetPage): Promise<void> {
  reply.removeHeader('x-frame-options');
  reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache', vary: 'accept-language' });
  await reply.code(status).type('text/html; charset=utf-8').send(html);
}

export async function sendLauncher(reply: FastifyReply, script: string): Promise<void> {
  reply.header('cache-control', `public, max-age=${LAUNCHER_SECONDS}`);
  await reply.type('text/javascript; charset=utf-8').send(script);
}
