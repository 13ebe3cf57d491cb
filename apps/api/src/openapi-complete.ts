import type { OpenAPIObject } from '@nestjs/swagger';

export const completeDocument = (document: OpenAPIObject): OpenAPIObject => document;
