import { MetricsRegistry } from '@app/common';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { bearer } from '../../support/http-client.js';

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}
interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}

/** An expression, and the texts that are written with the labels of its result. */
interface Query {
  name: string;
  expr: string;
  texts: string[];
}

const read = (file: string): string => readFileSync(`deploy/monitoring/${file}`, 'utf8');
const { groups } = parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] };
const { panels } = JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] };

const QUERIES: Query[] = [
  ...groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, annotations }) => ({ name: alert, expr, texts: Object.values(annotations) })),
  ),
  ...panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({ name: title, expr, texts: [legendFormat] })),
  ),
];

/** What Prometheus adds to every figure. */
const ADDED = ['job', 'instance'];
const OWN_OF_PROMETHEUS = ['up'];

const metricsOf = (expr: string): string[] => [...new Set(expr.match(/\b(?:(?:baton|nodejs|process)_\w+|up(?=\{))/g))];

function labelsOf({ expr, texts }: Query): string[] {
  const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) => [...inner!.matchAll(/(\w+)\s*(?:=|!)/g)]);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inner]) => [...inner!.matchAll(/(\w+)/g)]);
  const written = texts.flatMap((text) => [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)]);
  return [...selected, ...grouped, ...written].map(([, label]) => label!);
}

describe('the alert rules and the dashboard', () => {
  let server: ChatServer;
  const known = new Map<string, string[]>();

  beforeAll(async () => {
    server = await ChatServer.start();
    const text = await (await fetch(`${server.app.url}/metrics`, { headers: bearer(ADMIN_KEY) })).text();
    const registry = server.app.app.get(MetricsRegistry)['registry'];
    for (const [, name, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
      const { labelNames } = registry.getSingleMetric(name!) as unknown as { labelNames: string[] };
      if (type !== 'histogram') known.set(name!, labelNames);
      else {
        known.set(`${name}_bucket`, [...labelNames, 'le']);
        for (const figure of ['count', 'sum']) known.set(`${name}_${figure}`, labelNames);
      }
    }
  });
  afterAll(() => server.stop());

  it.each(QUERIES.map((query) => [query.name, query] as const))('%s: name figures that there are', (_name, query) => {
    const metrics = metricsOf(query.expr);
    expect(metrics).not.toEqual([]);
    for (const metric of metrics) {
      if (OWN_OF_PROMETHEUS.includes(metric)) continue;
      expect([...known.keys()]).toContain(metric);
      expect([...known.get(metric)!, ...ADDED]).toEqual(expect.arrayContaining(labelsOf(query)));
    }
  });
});
