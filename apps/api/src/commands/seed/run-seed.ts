import { isDuplicate } from '@app/database';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { UsageRollupService } from '../../statistics/index.js';
import { ApiKeysService } from '../../users/index.js';
import { DemoDataRepository } from './demo-data.repository.js';
import { readOptions, USAGE, type DemoOptions } from './demo-options.js';
import { DemoSeed, type SeededUser, type SeedResult } from './demo-seed.js';
import { SeedModule } from './seed.module.js';

type Named = SeededUser & { apiKey: string };

/** Fills the configured database and prints what it has created. */
export async function runSeed(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options === null) return void process.stdout.write(USAGE);
  const startedAt = Date.now();
  // Its start makes what every first start makes: the schema, a service, the welcome bot, an administrator.
  const app = await NestFactory.createApplicationContext(SeedModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    const { named, ...made } = await seed(app, options);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    process.stdout.write(options.isJson ? `${JSON.stringify({ ...made, named })}\n` : describe(made, named, seconds));
  } finally {
    await app.close();
  }
}

async function seed(app: INestApplicationContext, options: DemoOptions): Promise<SeedResult & { named: Named[] }> {
  const repository = app.get(DemoDataRepository);
  if (!options.isForced && (await repository.isInUse())) {
    throw new Error('The database is in use. Demo data belongs into a new one; --force adds it all the same.');
  }
  const statistics = app.get(UsageRollupService, { strict: false });
  const report = (text: string): void => void (options.isJson || process.stderr.write(`  ${text}\r`));
  // The rebuild below counts everything that is older than now.
  await statistics.rollUp(new Date());
  const result = await new DemoSeed(options, repository, report).run().catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    throw new Error('These demo data are in the database already. Another --seed makes others.', { cause: error });
  });
  report('counting the statistics      ');
  await statistics.rebuild();
  const keys = app.get(ApiKeysService, { strict: false });
  const named: Named[] = [];
  for (const user of result.named) {
    const { key } = await keys.create(user.userId, { name: 'demo data' }, null);
    named.push({ ...user, apiKey: key });
  }
  return { ...result, named };
}

function describe(made: Omit<SeedResult, 'named'>, named: Named[], seconds: number): string {
  const { bots, users, chats, turns } = made;
  const keys = named.map(({ login, role, chats: own, apiKey }) => `  ${login} (${role}, ${own} chats)\n    ${apiKey}`);
  return (
    `\nMade ${bots} bots, ${users} users, ${chats} chats and ${turns} turns in ${seconds} s.\n` +
    `\nAPI keys, shown only now:\n${keys.join('\n')}\n`
  );
}
