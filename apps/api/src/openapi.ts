import { buildDocument } from './openapi-document.js';
import { writeDocument } from './write-document.js';

await writeDocument(process.argv[2] ?? 'openapi.json', buildDocument);
process.exit(0);
