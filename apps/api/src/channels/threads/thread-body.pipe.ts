import { AppError } from '@app/common';
import type { FieldProblem } from '@app/contracts';
import { Body, ValidationPipe, type Type } from '@nestjs/common';

/**
 * The body as the class describes it. Fields that the class does not know are left out: clients of this format send more than is
 * read. A body that is missing is an empty one.
 */
export const ThreadBody = (type: Type): ParameterDecorator => Body(new ThreadBodyPipe(type));

class ThreadBodyPipe extends ValidationPipe {
  constructor(private readonly type: Type) {
    super({
      transform: true,
      whitelist: true,
      exceptionFactory: (faults) =>
        new AppError('VALIDATION_FAILED', {
          errors: faults.map(({ property, constraints }): FieldProblem => ({
            path: property,
            message: Object.values(constraints ?? {})[0] ?? 'is not valid',
          })),
        }),
    });
  }

  override transform(value: unknown): Promise<unknown> {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return super.transform(isObject ? value : {}, { type: 'body', metatype: this.type });
  }
}
