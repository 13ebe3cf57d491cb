// Who may import whom. The tables are the rule; docs/internals/architecture.md shows them as a picture.

/** Features and the features they may use, through their `index.ts` only. Not listed means forbidden. */
const FEATURES = {
  system: ['models', 'secrets'],
  cache: [],
  console: [],
  idempotency: [],
  audit: [],
  secrets: [],
  users: [],
  accounting: ['audit'],
  statistics: ['accounting'],
  models: ['accounting', 'secrets'],
  auth: ['secrets', 'users'],
  bots: ['accounting', 'models', 'secrets'],
  baton: ['accounting', 'bots', 'models'],
  chats: ['accounting', 'baton', 'bots', 'models', 'users'],
  takeover: ['auth', 'baton', 'bots', 'chats', 'users'],
  channels: ['auth', 'baton', 'bots', 'chats', 'takeover'],
};
/** Leaves that every feature may use. */
const LEAVES = ['cache'];

/** The inner order of `baton`: its parts and the parts they may use. */
const BATON = {
  log: [],
  fence: [],
  handoff: [],
  messages: ['log', 'fence'],
  turns: ['log', 'fence', 'handoff'],
  ownership: ['log', 'fence', 'turns'],
  readers: ['log', 'turns'],
  entry: ['log', 'turns', 'readers'],
  instances: ['log', 'turns'],
};

const LIBRARIES = {
  contracts: [],
  common: ['contracts'],
  database: ['common', 'contracts'],
  openai: ['common', 'contracts'],
  outbound: ['common', 'contracts'],
};

const API = '^apps/api/src';
const anyOf = (names) => `(${names.join('|')})`;

const featureRules = Object.entries(FEATURES).flatMap(([feature, uses]) => {
  const reachable = [feature, ...uses, ...LEAVES];
  const others = [...new Set([...uses, ...LEAVES])].filter((name) => name !== feature);
  return [
    {
      name: `${feature}-imports-only-its-own`,
      severity: 'error',
      from: { path: `${API}/${feature}/` },
      to: { path: `${API}/[^/]+/`, pathNot: `${API}/${anyOf(reachable)}/` },
    },
    {
      name: `${feature}-uses-what-others-offer`,
      severity: 'error',
      from: { path: `${API}/${feature}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${API}/${anyOf(others)}/`, pathNot: `${API}/[^/]+/index\\.ts$` },
    },
  ];
});

const batonRules = Object.entries(BATON).map(([part, uses]) => ({
  name: `baton-${part}`,
  severity: 'error',
  from: { path: `${API}/baton/${part}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: `${API}/baton/[^/]+/`, pathNot: `${API}/baton/${anyOf([part, ...uses])}/` },
}));

const libraryRules = Object.entries(LIBRARIES).map(([library, uses]) => ({
  name: `lib-${library}`,
  severity: 'error',
  from: { path: `^libs/${library}/` },
  to: { path: '^(apps|libs)/', pathNot: `^libs/${anyOf([library, ...uses])}/` },
}));

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...featureRules,
    {
      name: 'the-server-uses-what-features-offer',
      severity: 'error',
      from: { path: `${API}/([^/]+\\.ts|(server|documents|commands)/)`, pathNot: '\\.spec\\.ts$' },
      to: {
        path: `${API}/${anyOf(Object.keys(FEATURES))}/`,
        pathNot: `${API}/([^/]+/index|channels/channels\\.module)\\.ts$`,
      },
    },
    ...batonRules,
    ...libraryRules,
    {
      name: 'the-client-is-a-package-of-its-own',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { path: '^(apps|libs|packages)/', pathNot: '^packages/client/' },
    },
    {
      name: 'examples-use-what-is-published',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(apps|libs|test)/' },
    },
    {
      name: 'the-server-does-not-use-its-client',
      severity: 'error',
      from: { path: '^(apps/api|libs)/' },
      to: { path: '^packages/' },
    },
    {
      name: 'channels-know-nothing-of-each-other',
      severity: 'error',
      from: { path: `${API}/channels/([^/]+)/` },
      to: { path: `${API}/channels/([^/]+)/`, pathNot: `${API}/channels/($1|mail)/` },
    },
    {
      name: 'channels-are-known-by-their-list-alone',
      comment:
        'Without its folder and its line in channels.module.ts a channel is gone, and everything else still works.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `${API}/channels/` },
      to: { path: `${API}/channels/[^/]+/` },
    },
    {
      name: 'the-embedded-page-is-a-program-of-its-own',
      comment: 'It knows the server by its client alone.',
      severity: 'error',
      from: { path: '^apps/widget/' },
      to: { path: '^(apps|libs|packages)/', pathNot: '^(apps/(widget|shared)|packages/client)/' },
    },
    {
      name: 'the-console-is-a-program-of-its-own',
      comment: 'It knows the server by its client alone.',
      severity: 'error',
      from: { path: '^apps/console/' },
      to: { path: '^(apps|libs|packages)/', pathNot: '^(apps/(console|shared)|packages/client)/' },
    },
    {
      name: 'pages-share-what-knows-no-page',
      severity: 'error',
      from: { path: '^apps/shared/' },
      to: { path: '^(apps|libs|packages)/', pathNot: '^apps/shared/' },
    },
    {
      name: 'pages-are-not-imported',
      severity: 'error',
      from: { path: '^(apps/api|libs)/' },
      to: {
        path: '(^apps/(widget|console|shared)/|node_modules/(preact|react|react-dom|marked|dompurify|@base-ui|@tanstack|@lingui)/)',
      },
    },
    {
      name: 'typeorm-stays-in-repositories',
      comment: 'Controllers and services never see TypeORM.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['\\.(entity|repository|module)\\.ts$', '^libs/database/', '\\.spec\\.ts$'],
      },
      to: { path: 'node_modules/(typeorm|@nestjs/typeorm)/' },
    },
    {
      name: 'openai-stays-in-its-library',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/openai/' },
      to: { path: 'node_modules/(openai|@copilotkit)/' },
    },
    {
      name: 'opentelemetry-stays-in-one-file',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/common/src/tracing/otlp-tracing\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'opentelemetry-is-loaded-on-demand',
      comment: 'Where no collector is configured, nothing of it costs time or memory.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/common/src/tracing/otlp-tracing\\.ts$', dynamic: false },
    },
    {
      name: 'outgoing-connections-stay-in-their-libraries',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/(openai|outbound)/' },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'controllers-go-through-services',
      severity: 'error',
      from: { path: '\\.(controller|gateway)\\.ts$' },
      to: { path: '\\.repository\\.ts$' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^test/|\\.spec\\.ts$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/client/(dist|src/generated)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
