import { AppConfig } from './app-config.js';
import { parseEnvironment } from './environment.js';

/** The configuration of this process, for what must be known before there is anything to inject into. */
export const readConfig = (): AppConfig => new AppConfig(parseEnvironment(process.env));
