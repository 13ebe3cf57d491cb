import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync, writeFileSync } from 'node:fs';
import { documentIn3_0 } from '../documents/openapi-3-0.js';
import { buildDocument } from '../documents/openapi-document.js';
import { writeDocument } from '../documents/write-document.js';

const file = process.argv[2] ?? 'openapi.json';
await writeDocument(file, buildDocument);
// To be checked only: it follows from the other.
const document = JSON.parse(readFileSync(file, 'utf8')) as OpenAPIObject;
writeFileSync('dist/openapi-3.0.json', JSON.stringify(documentIn3_0(document)));
process.exit(0);
