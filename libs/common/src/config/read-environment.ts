import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { Environment } from './environment.js';

/**
 * A class whose properties are environment variables, with their defaults and rules. A feature declares its own variables in one and
 * reads them with `AppConfig.of()`.
 */
export interface EnvironmentClass<Values extends object = object> {
  new (): Values;
  /** What is wrong with values of which each is well formed by itself. */
  contradictions?(values: Values, general: Environment): string[];
}

/** The values of features, by their classes. */
export type FeatureValues = ReadonlyMap<EnvironmentClass, object>;

export const environmentNames = (types: readonly EnvironmentClass[]): string[] =>
  types.flatMap((type) => [
    ...new Set(
      getMetadataStorage()
        .getTargetValidationMetadatas(type, '', false, false)
        .map(({ propertyName }) => propertyName),
    ),
  ]);

/** Reads and checks all variables; throws one error that names every one that is wrong. An empty value counts as not set. */
export function readEnvironment(
  source: Record<string, unknown>,
  features: readonly EnvironmentClass[],
): { general: Environment; features: FeatureValues } {
  const general = valuesOf(Environment, source);
  const values = new Map<EnvironmentClass, object>(features.map((type) => [type, valuesOf(type, source)]));
  const faults = [general, ...values.values()].flatMap(malformed);
  faults.push(...Environment.contradictions(general));
  for (const [type, own] of values) faults.push(...(type.contradictions?.(own, general) ?? []));
  if (faults.length > 0)
    throw new Error(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return { general, features: values };
}

/** The variables that belong to no feature. */
export const parseEnvironment = (source: Record<string, unknown>): Environment => readEnvironment(source, []).general;

function valuesOf<Values extends object>(type: EnvironmentClass<Values>, source: Record<string, unknown>): Values {
  const given = environmentNames([type])
    .map((name) => [name, source[name] ?? source[otherNameOf(name)]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return plainToInstance(type, Object.fromEntries(given), { exposeDefaultValues: true });
}

/** Other programs read the settings of proxies in small letters. */
const otherNameOf = (name: string): string => (name.endsWith('_PROXY') ? name.toLowerCase() : name);

const malformed = (values: object): string[] =>
  validateSync(values, { skipMissingProperties: false }).flatMap(({ constraints }) => Object.values(constraints ?? {}));
