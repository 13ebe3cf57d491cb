import { isJsonObject, StrictValidationPipe, type DtoShape } from '@app/common';
import { Body, type Type } from '@nestjs/common';

/**
 * The body as the class describes it. Fields that the class does not know are left out: clients of this format send more than is
 * read. What is null counts as not given, and a body that is missing is an empty one.
 */
export const ThreadBody = (type: Type): ParameterDecorator => Body(new ThreadBodyPipe(type));

class ThreadBodyPipe extends StrictValidationPipe {
  constructor(private readonly type: Type) {
    super();
  }

  override transform(value: unknown): Promise<unknown> {
    return super.transform(isJsonObject(value) ? value : {}, { type: 'body', metatype: this.type });
  }

  protected override declared(body: object, shape: DtoShape): object {
    const given = Object.entries(shape.declaredPart(body)).filter(([, value]) => value !== null);
    return super.declared(Object.fromEntries(given), shape);
  }
}
