import 'reflect-metadata';
import { AppConfig, parseEnvironment } from '@app/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { writeFileSync } from 'node:fs';
import { AppModule } from './app.module.js';
import { buildSocketDocument } from './asyncapi-document.js';
import { createAdapter } from './configure-app.js';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
};

// Writes the AsyncAPI document from a preview of the application: nothing is opened, neither a database nor a port.
const file = process.argv[2] ?? 'asyncapi.json';
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule,
  createAdapter(new AppConfig(parseEnvironment({}))),
  { preview: true, logger: ['error'], abortOnError: false },
);
writeFileSync(file, `${JSON.stringify(sorted(buildSocketDocument(app)), null, 2)}\n`);
process.stdout.write(`${file} written\n`);
process.exit(0);
