import { readFileSync } from 'node:fs';

interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: { name?: string; description?: string; $ref?: string }[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** One sentence that begins with a verb in the third person, such as "Creates a chat". Details belong into the description. */
const SUMMARY = /^[A-Z][a-z]+s [^.:;`]+$/;
const LONGEST = 120;

describe('the summaries of openapi.json', () => {
  const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));

  it('have one form: verb first, third person, one sentence', () => {
    const others = operations.filter(({ summary }) => !SUMMARY.test(summary) || summary.length > LONGEST);
    expect(others.map(({ operationId, summary }) => `${operationId}: ${summary}`)).toEqual([]);
    expect(operations.length).toBeGreaterThan(100);
  });

  it('are followed by a description, and so is each parameter', () => {
    const bare = operations.filter(({ description }) => !description).map(({ operationId }) => operationId);
    const unexplained = operations.flatMap(({ operationId, parameters = [] }) =>
      parameters
        .filter(({ $ref, description }) => $ref === undefined && !description)
        .map(({ name }) => `${operationId}: ${name}`),
    );
    expect([...bare, ...unexplained]).toEqual([]);
  });
});
