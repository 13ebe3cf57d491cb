export const ADMIN_KEY: string;

export interface BatonServerOptions {
  providerUrl: string;
  databaseUrl?: string;
  redisUrl?: string;
  dataDir?: string;
  env?: Record<string, string>;
  cores?: string;
  nodeArgs?: string[];
}

export class BatonServer {
  static start(options: BatonServerOptions): Promise<BatonServer>;
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

export function freePort(): Promise<number>;
