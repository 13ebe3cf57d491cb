import { isJsonObject } from '@app/common';
import type { ReasoningEffort, Verbosity } from '@app/contracts';

/** How the model is to answer, for whom, and beside which other requests. What is absent or null is left to the service. */
export interface RequestParameters {
  reasoningEffort?: ReasoningEffort | null;
  verbosity?: Verbosity | null;
  topP?: number | null;
  /** Texts at which the answer ends. */
  stop?: readonly string[] | null;
  seed?: number | null;
  /** The answer must be JSON of this schema. */
  answerSchema?: Record<string, unknown> | null;
  /** The same for requests that begin alike, so that the service finds their beginning in its cache. */
  promptCacheKey?: string | null;
  /** The same for all requests of one person, without saying who it is. */
  safetyIdentifier?: string | null;
}

export type ParameterName = keyof RequestParameters;

/** A place in a body by its dotted path, and how the value is written there if not as it is. */
export interface ParameterPlace {
  path: string;
  write?(value: unknown): unknown;
}

/** A parameter without a place does not exist in the protocol. */
export type ParameterPlaces = Readonly<Partial<Record<ParameterName, ParameterPlace>>>;

type Body = Record<string, unknown>;

export function putParameters(body: Body, places: ParameterPlaces, parameters: RequestParameters): void {
  for (const [name, place] of Object.entries(places) as [ParameterName, ParameterPlace][]) {
    const given = parameters[name];
    const value = given === undefined || given === null ? undefined : place.write ? place.write(given) : given;
    if (value === undefined) continue;
    const [outer = '', inner] = place.path.split('.');
    body[outer] = inner === undefined ? value : { ...(body[outer] as Body | undefined), [inner]: value };
  }
}

/** Fields of the administrator's own. What we have to say goes before them. */
export function addFields(body: Body, fields: Body): void {
  for (const [name, value] of Object.entries(fields)) {
    const ours = Object.hasOwn(body, name) ? body[name] : undefined;
    const merged =
      ours === undefined ? value : isJsonObject(ours) && isJsonObject(value) ? { ...value, ...ours } : ours;
    Object.defineProperty(body, name, { value: merged, enumerable: true, configurable: true, writable: true });
  }
}

export function valueAt(body: Body, path: string): unknown {
  const [outer = '', inner] = path.split('.');
  const value = body[outer];
  return inner === undefined ? value : isJsonObject(value) ? value[inner] : undefined;
}

export function leaveOut(body: Body, path: string): void {
  const [outer = '', inner] = path.split('.');
  const value = body[outer];
  if (inner === undefined) {
    delete body[outer];
  } else if (isJsonObject(value)) {
    const { [inner]: _left, ...rest } = value;
    body[outer] = Object.keys(rest).length > 0 ? rest : undefined;
  }
}
