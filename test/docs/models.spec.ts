import { MODEL_SHUTDOWNS } from '@app/openai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const YEAR_MS = 365 * 86_400_000;
const PLACES = [
  'README.md',
  'CONTRIBUTING.md',
  '.env.example',
  'docker-compose.yml',
  'openapi.json',
  'docs',
  'examples',
  'packages',
];

const filesOf = (place: string): string[] =>
  place.includes('.')
    ? [place]
    : readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(md|mjs|js|ts|json|sh)$/.test(name) && !name.includes('node_modules'))
        .map((name) => join(place, name));

describe('Models in documents and examples', () => {
  const shutdowns = new Map(
    MODEL_SHUTDOWNS.flatMap(({ models, shutdownOn }) => models.map((model) => [model, shutdownOn])),
  );
  const endsWithinAYear = ([, day]: [string, string]): boolean => Date.parse(day) < Date.now() + YEAR_MS;
  const ending = [...shutdowns].filter(endsWithinAYear);

  it.each(PLACES.filter((place) => existsSync(place)).flatMap(filesOf))(
    '%s names none that ends within a year',
    (file) => {
      const words = new Set(readFileSync(file, 'utf8').match(/[\w.-]+/g));
      const named = ending.filter(([model]) => words.has(model) || words.has(`${model}.`));
      expect(named).toEqual([]);
    },
  );

  it('are listed with a day and a source, by day', () => {
    const days = MODEL_SHUTDOWNS.map(({ shutdownOn }) => shutdownOn);
    expect(days).toEqual(days.toSorted());
    expect(days.every((day) => new Date(day).toISOString().startsWith(day))).toBe(true);
    expect(MODEL_SHUTDOWNS.every(({ source }) => URL.canParse(source))).toBe(true);
  });
});
