import { AppError } from '@app/common';
import { JobLeasesRepository } from '@app/database';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { SecretsService } from '../secrets.service.js';
import type { EncryptionKeysDto, KeyRotationState } from './encryption-keys.dto.js';
import { KeyCanaryService } from './key-canary.service.js';
import { KeyStatesRepository, type RotationRun } from './key-states.repository.js';
import { SealedSecretsService } from './sealed-secrets.service.js';

const LEASE = 'job:key-rotation';
export const LEASE_MS = 30_000;

export interface RotationOptions {
  /** Goes on although the key that sealed the secrets is lost: they stay unreadable until they are entered again. */
  isLossAccepted?: boolean;
}

/**
 * Re-seals all secrets with the current key. One instance at a time; what a run that was cut off has left is done by the next one, because
 * only what another key has sealed is changed.
 */
@Injectable()
export class KeyRotationService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('EncryptionKey');
  private isEnding = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly secrets: SecretsService,
    private readonly canary: KeyCanaryService,
    private readonly sealed: SealedSecretsService,
    private readonly states: KeyStatesRepository,
    private readonly leases: JobLeasesRepository,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.running;
  }

  /** Which keys there are, what they have sealed, and how far the rotation is. */
  async getStatus(): Promise<EncryptionKeysDto> {
    const [currentKeyId, ...previousKeyIds] = this.secrets.keyIds;
    const counts = await this.sealed.count();
    const run = await this.states.findRun();
    return {
      keyStatus: (await this.canary.isReadable()) ? 'ok' : 'undecryptable',
      currentKeyId: currentKeyId!,
      previousKeyIds,
      secrets: counts.map(({ keyId, count, unreadable }) => ({ keyId, count, unreadableCount: unreadable })),
      rotation: { state: await this.stateOf(run), ...mapRun(run) },
    };
  }

  /** Starts a run and returns at once. CONFLICT while one is under way. */
  async start(options: RotationOptions): Promise<EncryptionKeysDto> {
    const run = await this.begin(options);
    this.running = this.finish(run).catch((error: unknown) =>
      this.logger.error({ msg: 'The rotation of the keys has failed; start it again to go on', err: error }),
    );
    return this.getStatus();
  }

  /** A whole run. CONFLICT while another one is under way. */
  async run(options: RotationOptions): Promise<RotationRun> {
    return this.finish(await this.begin(options));
  }

  private async begin({ isLossAccepted = false }: RotationOptions): Promise<RotationRun> {
    if (!isLossAccepted && !(await this.canary.isReadable()))
      throw new AppError('SECRET_UNREADABLE', {
        detail:
          'None of the keys that are set has sealed the secrets. Name the right one, or accept that they are lost.',
      });
    if (!(await this.leases.acquire(LEASE, LEASE_MS)))
      throw new AppError('CONFLICT', { detail: 'The keys are being rotated already.' });
    const run: RotationRun = {
      startedAt: new Date().toISOString(),
      endedAt: null,
      keyId: this.secrets.keyIds[0]!,
      checked: 0,
      renewed: 0,
      unreadable: 0,
    };
    await this.states.saveRun(run);
    return run;
  }

  private async finish(run: RotationRun): Promise<RotationRun> {
    try {
      await this.sealed.renew(async ({ checked, renewed, unreadable }) => {
        run.checked += checked;
        run.renewed += renewed;
        run.unreadable += unreadable;
        await this.leases.extend(LEASE, LEASE_MS);
        await this.states.saveRun(run);
        return !this.isEnding;
      });
      if (this.isEnding) return run;
      await this.canary.renew();
      run.endedAt = new Date().toISOString();
      await this.states.saveRun(run);
      this.logger.log(`Keys rotated to ${run.keyId}: ${run.checked} secrets, ${run.renewed} sealed again.`);
      return run;
    } finally {
      await this.leases.release(LEASE);
    }
  }

  private async stateOf(run: RotationRun | null): Promise<KeyRotationState> {
    if (run === null) return 'never';
    if (run.endedAt !== null) return 'completed';
    return (await this.leases.isHeld(LEASE)) ? 'running' : 'interrupted';
  }
}

const mapRun = (run: RotationRun | null) => ({
  startedUtc: run?.startedAt ?? null,
  endedUtc: run?.endedAt ?? null,
  checkedCount: run?.checked ?? 0,
  renewedCount: run?.renewed ?? 0,
  unreadableCount: run?.unreadable ?? 0,
});
