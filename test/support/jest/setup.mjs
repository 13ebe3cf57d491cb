import { randomBytes } from 'node:crypto';
import buildPages from './build-pages.mjs';

/** Before any worker starts. What the databases of this run are called keeps runs side by side apart. */
export default function setUp() {
  process.env.TEST_DATABASES = `baton_test_${randomBytes(4).toString('hex')}`;
  buildPages();
}
