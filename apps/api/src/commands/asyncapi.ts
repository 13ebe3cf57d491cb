import 'reflect-metadata';
import { buildSocketDocument } from '../documents/asyncapi-document.js';
import { writeDocument } from '../documents/write-document.js';

await writeDocument(process.argv[2] ?? 'asyncapi.json', buildSocketDocument);
process.exit(0);
