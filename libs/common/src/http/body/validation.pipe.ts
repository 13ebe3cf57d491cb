import { Injectable, ValidationPipe, type ArgumentMetadata, type Type } from '@nestjs/common';
import type { FieldProblem } from '@app/contracts';
import type { ValidationError } from 'class-validator';
import { AppError, notFound } from '../../errors/app-error.js';
import { isJsonObject } from '../../is-json-object.js';
import { DtoShape, REPORTED_FAULTS } from './dto-shape.js';

/**
 * Checks bodies and queries against their DTO classes. Bodies must be objects without unknown fields. Queries are read as the
 * catalogue's callers write them: names in any case, unknown names ignored, empty values as if not given.
 */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  private readonly namesByQuery = new Map<Type, Map<string, string>>();

  constructor() {
    super({
      transform: true,
      validationError: { target: false, value: false },
      exceptionFactory: (faults) => new AppError('VALIDATION_FAILED', { errors: fieldProblems(faults) }),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    // Left to the route's own pipes: Nest would read the flag `True` as false.
    if (type === 'param' || (type === 'query' && metadata.data !== undefined)) return refuseNul(value, type);
    if (metatype === undefined || !this.toValidate(metadata)) return value;
    if (type === 'body') return super.transform(this.declared(plainObject(value), DtoShape.of(metatype)), metadata);
    if (type === 'query') return super.transform(this.knownNames(metatype, value as Record<string, unknown>), metadata);
    return super.transform(value, metadata);
  }

  /** What a body may hold is decided before the rules see it. */
  protected declared(body: object, shape: DtoShape): object {
    const errors = shape.faultsIn(body);
    if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors });
    return body;
  }

  private knownNames(query: Type, given: Record<string, unknown>): Record<string, unknown> {
    const names = this.namesOf(query);
    const known: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(given)) {
      const name = names.get(key.toLowerCase());
      if (name !== undefined && value !== '') known[name] = refuseNul(value, 'query', name);
    }
    return known;
  }

  private namesOf(query: Type): Map<string, string> {
    let names = this.namesByQuery.get(query);
    if (names === undefined) {
      names = new Map(DtoShape.of(query).names.map((name) => [name.toLowerCase(), name]));
      this.namesByQuery.set(query, names);
    }
    return names;
  }
}

/** No body at all is an empty one: the rules then name what is missing. */
function plainObject(value: unknown): object {
  if (value === undefined) return {};
  if (isJsonObject(value)) return value;
  throw new AppError('VALIDATION_FAILED', {
    detail: 'The body must be a JSON object.',
    errors: [{ path: '', message: 'must be an object' }],
  });
}

/** Nothing has a NUL in its name; and no database column takes one. */
function refuseNul(value: unknown, type: 'param' | 'query', name = ''): unknown {
  if (typeof value !== 'string' || !value.includes('\0')) return value;
  if (type === 'param') throw notFound('This');
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: name, message: 'must not contain NUL characters' }] });
}

function fieldProblems(faults: ValidationError[], parent = ''): FieldProblem[] {
  return faults
    .flatMap(({ property, constraints, children }) => {
      const path = parent + property;
      const own = Object.values(constraints ?? {}).map((message) => ({ path, message }));
      return [...own, ...fieldProblems(children ?? [], `${path}.`)];
    })
    .slice(0, REPORTED_FAULTS);
}
