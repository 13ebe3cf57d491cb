import { AppConfig } from '@app/common';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CacheInvalidations, type Invalidation } from './cache-invalidations.js';

export type CacheArea = 'services' | 'bots' | 'models' | 'permissions' | 'prices' | 'budgets';

const ALONE_MS = 60_000;
const WITH_REDIS_MS = 15_000;
/** Without word from the others, an instance may be wrong for this long. */
const UNTOLD_MS = 1000;

/**
 * Remembers what is read often and written seldom. Values are shared, not copied: callers must not change them. Every write
 * forgets what it made wrong, here at once and on the other instances through Redis; without Redis they forget within a second.
 */
@Injectable()
export class CacheService implements OnModuleInit {
  private readonly loading = new Map<string, Promise<unknown>>();
  /** Part of every key: an area is forgotten by turning its page. */
  private readonly pages = new Map<string, number>();
  /** Grows with every invalidation: what was loaded before one is not kept after it. */
  private generation = 0;

  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    private readonly invalidations: CacheInvalidations,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.invalidations.listen((invalidation) => void this.drop(invalidation));
  }

  /** The remembered value, or the loaded one; concurrent callers share one load. A load that fails is not remembered. */
  async remember<T>(area: CacheArea, key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
    const name = this.nameOf(area, key);
    const known = await this.cache.get<{ value: T }>(name);
    if (known) return known.value;
    const running = this.loading.get(name);
    if (running) return running as Promise<T>;
    const fresh = this.load(name, ttlMs, load).finally(() => {
      if (this.loading.get(name) === fresh) this.loading.delete(name);
    });
    this.loading.set(name, fresh);
    return fresh;
  }

  /** Forgets one key, or a whole area, on every instance. */
  async forget(area: CacheArea, key?: string): Promise<void> {
    await this.drop({ area, key });
    this.invalidations.publish({ area, key });
  }

  /** Forgets everything, on every instance. */
  async clear(): Promise<void> {
    await this.drop({});
    this.invalidations.publish({});
  }

  private async load<T>(name: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
    const { generation } = this;
    const value = await load();
    if (generation === this.generation) {
      await this.cache.set(name, { value }, Math.min(ttlMs, this.longestMs()));
      if (generation !== this.generation) await this.cache.del(name);
    }
    return value;
  }

  private async drop({ area, key }: Invalidation): Promise<void> {
    this.generation++;
    this.loading.clear();
    if (area === undefined) await this.cache.clear();
    else if (key === undefined) this.pages.set(area, (this.pages.get(area) ?? 0) + 1);
    else await this.cache.del(this.nameOf(area, key));
  }

  private nameOf(area: string, key: string): string {
    return `${area}:${this.pages.get(area) ?? 0}:${key}`;
  }

  private longestMs(): number {
    if (this.config.database.url === null) return ALONE_MS;
    return this.invalidations.isConnected ? WITH_REDIS_MS : UNTOLD_MS;
  }
}
