import { readConfig, StartupBanner } from '@app/common';
import { CHANNEL_ENVIRONMENTS } from '../channels/channels.module.js';
import { createApp } from './configure-app.js';
import { endWithNpm } from './parent-watch.js';
import { endInTime } from './shutdown-deadline.js';

/** Starts the server and tells the person at the terminal where it is. */
export async function start(): Promise<void> {
  void endWithNpm().catch(() => undefined);
  const config = readConfig(CHANNEL_ENVIRONMENTS);
  const app = await createApp(config);
  endInTime(config.http.shutdownGraceMs);
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(config.http.port, config.http.host);
  const { port } = app.getHttpServer().address() as { port: number };
  const host = ['0.0.0.0', '::'].includes(config.http.host) ? 'localhost' : config.http.host;
  process.stdout.write(app.get(StartupBanner).render(config.http.publicUrl ?? `http://${host}:${port}`));
}
