import { readConfig } from '@app/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { writeFileSync } from 'node:fs';
import { AppModule } from '../app.module.js';
import { CHANNEL_ENVIRONMENTS } from '../channels/channels.module.js';
import { createAdapter } from '../server/configure-app.js';

/** Generated clients send the first media type of a body. */
const FIRST = 'application/json';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a === FIRST ? -1 : b === FIRST || a > b ? 1 : -1))
      .map(([key, item]) => [key, sorted(item)]),
  );
};

/** Writes a document of the application from a preview of it: nothing is opened, neither a database nor a port. */
export async function writeDocument(file: string, build: (app: NestFastifyApplication) => unknown): Promise<void> {
  const adapter = createAdapter(readConfig(CHANNEL_ENVIRONMENTS, {}));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    preview: true,
    logger: ['error'],
    abortOnError: false,
  });
  writeFileSync(file, `${JSON.stringify(sorted(build(app)), null, 2)}\n`);
  process.stdout.write(`${file} written\n`);
}
