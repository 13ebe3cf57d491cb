import { Environment, environmentNames } from '@app/common';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { CHANNEL_ENVIRONMENTS } from '../../apps/api/src/channels/channels.module.js';

const SETTINGS = environmentNames([Environment, ...CHANNEL_ENVIRONMENTS]);
const KUBERNETES = 'deploy/kubernetes';
const OVERLAYS = readdirSync(`${KUBERNETES}/overlays`);

const namesIn = (lines: string[]): string[] => lines.flatMap((line) => /^([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []);
const documentOf = (file: string): unknown => parse(readFileSync(file, 'utf8'), { merge: true });

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds?: number;
}
interface Container {
  command?: string[];
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string }[];
  livenessProbe: Probe;
  readinessProbe: Probe;
  startupProbe: Probe;
  lifecycle: { preStop: { exec: { command: string[] } } };
  ports: { name: string }[];
}
interface Deployment {
  spec: {
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: Record<string, unknown>;
        initContainers: Container[];
        containers: Container[];
        volumes: { name: string }[];
      };
    };
  };
}
interface Kustomization {
  resources: string[];
  configMapGenerator: { literals: string[] }[];
}

describe('the manifests of Kubernetes', () => {
  const { spec } = (documentOf(`${KUBERNETES}/base/deployment.yaml`) as Deployment).spec.template;
  const [api] = spec.containers;
  const base = documentOf(`${KUBERNETES}/base/kustomization.yaml`) as Kustomization;
  const settings = Object.fromEntries(
    base.configMapGenerator.flatMap(({ literals }) => literals).map((line) => line.split('=', 2)),
  ) as Record<string, string>;

  it.each(['base', ...OVERLAYS.map((name) => `overlays/${name}`)])('%s names files that there are', (folder) => {
    const { resources } = documentOf(`${KUBERNETES}/${folder}/kustomization.yaml`) as Kustomization;
    for (const resource of resources)
      expect([resource, existsSync(join(KUBERNETES, folder, resource))]).toEqual([resource, true]);
  });

  it('name settings that the server knows', () => {
    const named = OVERLAYS.flatMap((overlay) => {
      const folder = `${KUBERNETES}/overlays/${overlay}`;
      const { configMapGenerator } = documentOf(`${folder}/kustomization.yaml`) as Kustomization;
      const secrets = readFileSync(`${folder}/secrets.env.example`, 'utf8').split('\n');
      return namesIn([...secrets, ...configMapGenerator.flatMap(({ literals }) => literals)]);
    });
    expect(SETTINGS).toEqual(expect.arrayContaining([...named, ...Object.keys(settings)]));
  });

  it('leave time to finish answers', () => {
    const [sleep, seconds] = api!.lifecycle.preStop.exec.command;
    expect(sleep).toBe('sleep');
    const needed = Number(seconds) + Number(settings['SHUTDOWN_GRACE_SECONDS']);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(needed + 2);
  });

  it('ask what the server answers', () => {
    const { livenessProbe, readinessProbe, startupProbe, ports } = api!;
    expect([startupProbe, livenessProbe].map(({ httpGet }) => httpGet.path)).toEqual(['/health/live', '/health/live']);
    expect(readinessProbe.httpGet.path).toBe('/health/ready');
    // It answers within 2 s whatever the database does.
    expect(readinessProbe.timeoutSeconds).toBeGreaterThan(2);
    for (const { httpGet } of [livenessProbe, readinessProbe, startupProbe]) expect(httpGet.port).toBe(ports[0]!.name);
  });

  it('give the program no rights', () => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { securityContext, volumeMounts } of [...spec.initContainers, ...spec.containers]) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.volumes.map(({ name }) => name)).toEqual(volumeMounts.map(({ name }) => name));
    }
  });

  it('migrate with a program that is built', () => {
    const [migrate] = spec.initContainers;
    const [node, program] = migrate!.command!;
    expect(node).toBe('node');
    expect(existsSync(program!.replace(/^dist\//, '').replace(/\.js$/, '.ts'))).toBe(true);
    expect(settings['MIGRATE_ON_START']).toBe('false');
  });
});

// kubectl brings kustomize along; where it is missing, the files above are checked alone.
const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;

(hasKubectl ? describe : describe.skip)('kustomize', () => {
  it.each(OVERLAYS)('puts the manifests together: %s', (overlay) => {
    const copy = mkdtempSync(join(tmpdir(), 'baton-kubernetes-'));
    try {
      cpSync(KUBERNETES, copy, { recursive: true });
      cpSync(`${copy}/overlays/${overlay}/secrets.env.example`, `${copy}/overlays/${overlay}/secrets.env`);
      const text = execFileSync('kubectl', ['kustomize', `${copy}/overlays/${overlay}`], { encoding: 'utf8' });
      const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string; metadata: object });
      const kinds = objects.map(({ kind }) => kind);
      for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy', 'Secret', 'ConfigMap'])
        expect(kinds).toContain(kind);
      expect(new Set(objects.map(({ metadata }) => (metadata as { namespace: string }).namespace)).size).toBe(1);
      // Every reference was given the name that belongs to the content.
      expect(text).not.toMatch(/(configMapRef|secretRef):\s+name: baton\n/);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe('the compose file of two instances', () => {
  interface Service {
    environment: Record<string, string | number>;
    stop_grace_period?: string;
    read_only?: boolean;
  }
  const { services } = documentOf('deploy/compose/docker-compose.yml') as { services: Record<string, Service> };
  const nginx = readFileSync('deploy/nginx/baton.conf', 'utf8');
  const instances = Object.keys(services).filter((name) => name.startsWith('api-'));

  it('has the instances that the proxy asks', () => {
    expect([...nginx.matchAll(/^ {2}server ([\w-]+):5000/gm)].map(([, name]) => name)).toEqual(instances);
    expect(instances).toHaveLength(2);
  });

  it.each(instances)('%s knows its settings, and that there is a proxy', (name) => {
    const { environment, read_only: isReadOnly } = services[name]!;
    expect(SETTINGS).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(environment).toMatchObject({ TRUST_PROXY: 1, DATA_DIR: '/data' });
    expect(isReadOnly).toBe(true);
  });
});

const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

(hasNginx ? describe : describe.skip)('the configuration of nginx', () => {
  it('is one that nginx accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-nginx-'));
    try {
      // The names of the instances are known within their network alone.
      const server = readFileSync('deploy/nginx/baton.conf', 'utf8').replaceAll(/api-[12]:5000/g, '127.0.0.1:5000');
      const log = `${folder}/error.log`;
      writeFileSync(
        `${folder}/nginx.conf`,
        `pid ${folder}/pid; error_log ${log}; events {} http { access_log off; ${server} }`,
      );
      const { status, stderr } = spawnSync('nginx', ['-t', '-p', folder, '-c', `${folder}/nginx.conf`, '-e', log], {
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, expect.stringContaining('successful')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
