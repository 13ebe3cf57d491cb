import { hasCode } from '@app/common';
import { NestFactory } from '@nestjs/core';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KeyRotationService, ROTATION_LEASE_MS, type RotationOptions } from '../../secrets/index.js';
import { KeysModule } from './keys.module.js';

const USAGE = `Seals all stored secrets with ENCRYPTION_KEY that a key of PREVIOUS_ENCRYPTION_KEYS has sealed. Servers may run meanwhile.

  --accept-loss  go on although the key that sealed the secrets is lost: what it sealed has to be entered again
`;
const RETRY_MS = 1000;

/** Rotates the keys of the configured database and prints what was done. */
export async function rotateKeys(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { help: { type: 'boolean' }, 'accept-loss': { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const app = await NestFactory.createApplicationContext(KeysModule, { logger: false, abortOnError: false });
  try {
    const options = { isLossAccepted: values['accept-loss'] };
    const { keyId, checked, renewed, unreadable } = await runInTurn(app.get(KeyRotationService), options);
    process.stdout.write(
      `Key ${keyId} seals. ${checked} secrets: ${renewed} sealed again, ${checked - renewed - unreadable} were sealed with it, ` +
        `${unreadable} cannot be decrypted.\n`,
    );
  } finally {
    await app.close();
  }
}

/** Waits for another run: one whose process has died ends by its lease. */
async function runInTurn(rotation: KeyRotationService, options: RotationOptions) {
  for (const endsAt = Date.now() + 2 * ROTATION_LEASE_MS; ; await delay(RETRY_MS)) {
    try {
      return await rotation.run(options);
    } catch (error) {
      if (!hasCode(error, 'CONFLICT') || Date.now() > endsAt) throw error;
    }
  }
}
