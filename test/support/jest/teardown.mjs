import { createConnection } from 'mysql2/promise';

/** Drops the databases of this run. */
export default async function tearDown() {
  const { TEST_MYSQL_URL, TEST_DATABASES } = process.env;
  if (!TEST_MYSQL_URL) return;
  const connection = await createConnection(TEST_MYSQL_URL);
  const [rows] = await connection.query('SHOW DATABASES LIKE ?', [`${TEST_DATABASES}%`]);
  for (const name of rows.flatMap(Object.values)) await connection.query(`DROP DATABASE ${name}`);
  await connection.end();
}
