import { AppConfig } from './app-config.js';
import { readEnvironment, type EnvironmentClass } from './read-environment.js';

/** The configuration of this process, or of the given variables. */
export function readConfig(
  features: readonly EnvironmentClass[],
  source: Record<string, unknown> = process.env,
): AppConfig {
  const environment = readEnvironment(source, features);
  return new AppConfig(environment.general, environment.features);
}
