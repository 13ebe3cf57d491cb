import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { DtoShape, REPORTED_FAULTS } from './dto-shape.js';

class Part {
  @IsInt()
  size: number;
}

class Whole {
  @IsString()
  name: string;

  @IsOptional()
  @IsString()
  @ApiProperty({ type: 'string', nullable: true, required: false })
  note?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  part?: Part;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[];

  @IsOptional()
  @IsObject()
  anything?: object;
}

class Heir extends Whole {
  @IsInt()
  own: number;
}

const faultsIn = (value: object, type: new () => object = Whole): string[] =>
  DtoShape.of(type)
    .faultsIn(value)
    .map(({ path, message }) => `${path} ${message}`);

describe('DtoShape', () => {
  it.each([
    ['what is declared', { name: 'a', part: { size: 1 }, parts: [{ size: 1 }, { size: 2 }] }],
    ['anything where anything is taken', { anything: { a: [{ b: null }] } }],
    ['null where the document has it', { note: null }],
    ['what the rules judge', { name: 5, part: 'x', parts: 'y' }],
  ])('finds no fault with %s', (_what, value) => expect(faultsIn(value)).toEqual([]));

  it('knows the fields of the class above', () => {
    expect(faultsIn({ name: 'a', own: 1, other: 2 }, Heir)).toEqual(['other must not exist']);
  });

  it.each([
    ['an unknown field', { other: 1 }, 'other must not exist'],
    ['an unknown field of a part', { part: { size: 1, other: 1 } }, 'part.other must not exist'],
    ['an unknown field in a list', { parts: [{}, { other: 1 }] }, 'parts.1.other must not exist'],
    ['a list where an object belongs', { part: [{ size: 1 }] }, 'part must be an object'],
    ['lists in lists', { part: [[[]]] }, 'part must be an object'],
    ['a list that is too long', { parts: [{}, {}, {}] }, 'parts must contain no more than 2 elements'],
    ['null where the document has none', { name: null }, 'name must not be null'],
    ['null for an object', { part: null }, 'part must not be null'],
  ])('names %s', (_what, value, fault) => expect(faultsIn(value)).toEqual([fault]));

  it.each(['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', '__defineGetter__', '__proto__', 'constructor'])(
    'does not take %s for a field because every object has one',
    (name) => expect(faultsIn(JSON.parse(`{"${name}":1}`) as object)).toEqual([`${name} must not exist`]),
  );

  it('reads no more of a body that is made up than it reports', () => {
    const made = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]));
    let reads = 0;
    const body = new Proxy(made, {
      get: (target, name) => (reads++, target[String(name)]),
    });
    expect(DtoShape.of(Whole).faultsIn(body)).toHaveLength(REPORTED_FAULTS);
    expect(reads).toBeLessThanOrEqual(REPORTED_FAULTS);
  });

  it('leaves out what is not declared', () => {
    const value = JSON.parse('{"name":"a","toString":1,"__proto__":{"note":"b"},"other":2}') as object;
    expect(DtoShape.of(Whole).declaredPart(value)).toEqual({ name: 'a' });
  });
});
