import type { FieldProblem } from '@app/contracts';
import type { Type } from '@nestjs/common';
import { DECORATORS } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

/** How many faults of one request are named. */
export const REPORTED_FAULTS = 50;
/** The length of a list that has no `ArrayMaxSize`. */
const DEFAULT_MAX_ITEMS = 1000;
const NAME_LIMIT = 60;

interface Field {
  isList: boolean;
  maxItems: number;
  /** As the OpenAPI document has it: `ApiProperty({ nullable: true })`. */
  isNullable: boolean;
  /** The class of the object, or of the objects of the list. */
  shape: (() => DtoShape) | null;
}

/**
 * The fields that a DTO class declares. Checked before any rule runs: class-transformer compares every field with all others, and
 * class-validator builds a sentence for each that is wrong, so a body of made-up fields would be expensive to refuse.
 */
export class DtoShape {
  private static readonly known = new Map<Type, DtoShape>();
  private readonly fields: ReadonlyMap<string, Field>;

  private constructor(type: Type) {
    this.fields = fieldsOf(type);
  }

  static of(type: Type): DtoShape {
    const shape = this.known.get(type) ?? new DtoShape(type);
    this.known.set(type, shape);
    return shape;
  }

  get names(): string[] {
    return [...this.fields.keys()];
  }

  /** The declared fields of an object; what else it has is left out. */
  declaredPart(value: object): Record<string, unknown> {
    const names = this.names.filter((name) => Object.hasOwn(value, name));
    return Object.fromEntries(names.map((name) => [name, (value as Record<string, unknown>)[name]]));
  }

  /** Names undeclared fields, lists that are too long, and lists and nulls where the document has none. */
  faultsIn(value: object): FieldProblem[] {
    const faults: FieldProblem[] = [];
    this.collect(value as Record<string, unknown>, '', faults);
    return faults;
  }

  private collect(value: Record<string, unknown>, parent: string, faults: FieldProblem[]): void {
    for (const name of Object.keys(value)) {
      if (faults.length >= REPORTED_FAULTS) return;
      const path = parent + name.slice(0, NAME_LIMIT);
      const field = this.fields.get(name);
      const message = field === undefined ? 'must not exist' : faultOf(field, value[name]);
      if (message !== null) faults.push({ path, message });
      else if (field?.shape) {
        const shape = field.shape();
        for (const [at, object] of objectsIn(path, value[name])) shape.collect(object, `${at}.`, faults);
      }
    }
  }
}

function faultOf({ isList, maxItems, isNullable, shape }: Field, value: unknown): string | null {
  if (value === null) return isNullable ? null : 'must not be null';
  if (!Array.isArray(value)) return null;
  if (shape !== null && !isList) return 'must be an object';
  return isList && value.length > maxItems ? `must contain no more than ${maxItems} elements` : null;
}

function objectsIn(path: string, value: unknown): [path: string, object: Record<string, unknown>][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => objectsIn(`${path}.${index}`, item));
  return typeof value === 'object' && value !== null ? [[path, value as Record<string, unknown>]] : [];
}

function fieldsOf(type: Type): Map<string, Field> {
  const fields = new Map<string, Field>();
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  for (const { propertyName, type: kind, name, each, constraints } of rules) {
    const field = fields.get(propertyName) ?? plainField(type, propertyName);
    fields.set(propertyName, field);
    if (each || name === 'isArray') field.isList = true;
    if (name === 'arrayMaxSize') field.maxItems = Number(constraints[0]);
    if (kind === ValidationTypes.NESTED_VALIDATION) field.shape = shapeOfField(type, propertyName);
  }
  return fields;
}

function plainField({ prototype }: Type, name: string): Field {
  const documented = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES, prototype as object, name) as
    { nullable?: boolean } | undefined;
  return { isList: false, maxItems: DEFAULT_MAX_ITEMS, isNullable: documented?.nullable === true, shape: null };
}

/** Looked up when first needed: classes may mention each other. Which class a field is made of, class-transformer alone knows. */
function shapeOfField(type: Type, name: string): () => DtoShape {
  let shape: DtoShape | undefined;
  return () => {
    shape ??= DtoShape.of((plainToInstance(type, { [name]: {} }) as Record<string, object>)[name]!.constructor as Type);
    return shape;
  };
}
