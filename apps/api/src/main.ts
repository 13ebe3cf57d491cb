import 'reflect-metadata';
import type { AppConfig } from '@app/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Says in one sentence why the server cannot run, and ends. */
function giveUp(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string };
  const known = code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL';
  const text = known
    ? `Cannot listen: ${message}. Set PORT or HOST to change the address.`
    : (message ?? String(error));
  process.stderr.write(`${text}\n`);
  if (!known && error instanceof Error && error.name !== 'Error') process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  // Loaded here, so that a configuration that is not valid ends in a sentence.
  const { createApp } = await import('./configure-app.js');
  const { readConfig, StartupBanner } = await import('@app/common');
  const config = readConfig();
  const app = await createApp(config);
  await app.listen(config.http.port, config.http.host);
  announce(app, config, app.get(StartupBanner).render());
}

function announce(app: NestFastifyApplication, { http }: AppConfig, more: string): void {
  const { port } = app.getHttpServer().address() as { port: number };
  const host = ['0.0.0.0', '::'].includes(http.host) ? 'localhost' : http.host;
  const url = http.publicUrl ?? `http://${host}:${port}`;
  process.stdout.write(
    `\nBaton is running at ${url}\n\n  Swagger UI  ${url}/docs\n${more === '' ? '' : `${more}\n`}\n`,
  );
}

process.on('unhandledRejection', giveUp);
process.on('uncaughtException', giveUp);

await start().catch(giveUp);
