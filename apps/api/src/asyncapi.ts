import 'reflect-metadata';
import { buildSocketDocument } from './asyncapi-document.js';
import { writeDocument } from './write-document.js';

await writeDocument(process.argv[2] ?? 'asyncapi.json', buildSocketDocument);
process.exit(0);
