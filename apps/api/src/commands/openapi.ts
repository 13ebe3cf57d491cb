import { buildDocument } from '../documents/openapi-document.js';
import { writeDocument } from '../documents/write-document.js';

await writeDocument(process.argv[2] ?? 'openapi.json', buildDocument);
process.exit(0);
