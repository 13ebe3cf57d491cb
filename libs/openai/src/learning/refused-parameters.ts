import { DIALECTS } from '../dialects/dialects.js';
import type { ParameterName } from '../dialects/parameters.js';
import type { ProviderDialect, ProviderRequest } from '../provider.types.js';

/** A parameter that a service is known not to take, by its name here, with the reason as the rest of a sentence. */
export interface RefusedParameter {
  name: string;
  reason: string;
}

export type AskedParameters = Pick<ProviderRequest, 'temperature' | 'parameters' | 'extraBody'>;

/** @param omitted what requests to the model leave out because the service has refused it */
export function refusedParameters(
  dialect: ProviderDialect,
  omitted: readonly string[],
  { temperature, parameters = {}, extraBody }: AskedParameters,
): RefusedParameter[] {
  const { places } = DIALECTS[dialect];
  const isSet = ([, value]: [string, unknown]): boolean => value !== null && value !== undefined;
  const named = Object.entries(parameters)
    .filter(isSet)
    .map(([name]) => ({ name, path: places[name as ParameterName]?.path }));
  const asked = [
    ...(temperature === null ? [] : [{ name: 'temperature', path: 'temperature' }]),
    ...named,
    ...Object.keys(extraBody ?? {}).map((field) => ({ name: `extraBody.${field}`, path: field })),
  ];
  return asked.flatMap(({ name, path }) => {
    if (path === undefined) return [{ name, reason: `does not exist in ${dialect}, which is spoken to the service` }];
    return omitted.includes(path) ? [{ name, reason: 'is refused by the service for this model' }] : [];
  });
}
