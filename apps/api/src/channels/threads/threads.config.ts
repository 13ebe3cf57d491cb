import { AppConfig, FlagSetting } from '@app/common';
import { Injectable } from '@nestjs/common';

export class ThreadsEnvironment {
  @FlagSetting()
  THREADS_OPEN = false;
}

export const isThreadsOpen = (config: AppConfig): boolean => config.of(ThreadsEnvironment).THREADS_OPEN;

@Injectable()
export class ThreadsConfig {
  /** Whether every caller may use the threads API without an account, as its original allowed. */
  readonly isOpen: boolean;

  constructor(config: AppConfig) {
    this.isOpen = isThreadsOpen(config);
  }
}
