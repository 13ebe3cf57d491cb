// Who may import whom. The two tables are the rule; docs/architecture.md shows them as a picture.

/** Features and the features they may use, through services and modules only. Not listed means forbidden. */
const FEATURES = {
  system: [],
  cache: [],
  idempotency: [],
  users: [],
  admin: [],
  statistics: [],
  auth: ['users'],
  bots: ['admin'],
  chats: ['bots', 'users', 'admin'],
  takeover: ['auth', 'bots', 'chats', 'users'],
  channels: ['bots', 'chats', 'takeover'],
};
/** Leaves that every feature may use. */
const LEAVES = ['cache'];

const LIBRARIES = {
  contracts: [],
  common: ['contracts'],
  database: ['common', 'contracts'],
  openai: ['common', 'contracts'],
  outbound: ['common', 'contracts'],
  client: ['contracts'],
};

const API = '^apps/api/src';
const OFFERED = '\\.(service|module)\\.ts$';
/** Plain types that belong to a feature's service. */
const OFFERED_TYPES = `${API}/bots/(bot-profile|takeover-policy)\\.ts$`;
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
      name: `${feature}-uses-services-and-modules-of-others`,
      severity: 'error',
      from: { path: `${API}/${feature}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${API}/${anyOf(others)}/`, pathNot: [OFFERED, OFFERED_TYPES] },
    },
  ];
});

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
    ...libraryRules,
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
    exclude: { path: '^libs/client/src/generated' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
