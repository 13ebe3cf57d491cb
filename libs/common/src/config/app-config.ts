import type { Environment, TraceSampler } from './environment.js';
import type { EnvironmentClass, FeatureValues } from './read-environment.js';
import { headersOf, listOf, trustProxyOf } from './read-values.js';

/** The whole configuration as one typed object, grouped by who uses it. Nothing else reads the environment. */
export class AppConfig {
  readonly isProduction: boolean;
  readonly http: {
    port: number;
    host: string;
    /** Without a trailing slash; null when not set. */
    publicUrl: string | null;
    corsOrigins: string[];
    trustProxy: boolean | number | string[];
    bodyLimit: number;
    headersTimeoutMs: number;
    bodyTimeoutMs: number;
    shutdownGraceMs: number;
    /** Connections of this instance that stay open. */
    streamsLimit: number;
    socketsLimit: number;
  };
  readonly database: { url: string | null; dataDir: string; poolSize: number; migrateOnStart: boolean };
  readonly redisUrl: string | null;
  /** Begins the name of every key and channel: installations that share a Redis keep apart. */
  readonly redisPrefix: string;
  readonly auth: {
    adminApiKey: string | null;
    encryptionKey: string | null;
    /** They open what they have sealed, and seal nothing. */
    previousEncryptionKeys: string[];
    requireTerms: boolean;
    oidc: { issuer: string; audience: string; jwksUrl: string | null; loginClaim: string; rolesClaim: string } | null;
    /** How browsers sign in at the issuer; null when they cannot. */
    oidcClient: { issuer: string; id: string; secret: string | null; scopes: string; name: string } | null;
    /** Of browsers: how long one lasts unused and at most, and how often its cookie changes. */
    sessions: { idleMs: number; maxMs: number; rotateMs: number };
  };
  /** Requests per minute; 0 means no limit. */
  readonly throttle: { limit: number; anonymousLimit: number };
  readonly provider: {
    apiKey: string | null;
    baseUrl: string | null;
    model: string | null;
    idleTimeoutMs: number;
    attempts: number;
    /** No call is made of a model that has no price. */
    refusesUnpriced: boolean;
    /** 0: services are probed when they are saved and on demand only. */
    probeIntervalMs: number;
    /** Failures in a row that open the circuit of a service, and for how long; 0 for never. */
    breakerFailures: number;
    breakerOpenMs: number;
    /** How long a turn waits for a service while there is another one. */
    fallbackWaitMs: number;
    /** How long a call waits for a place at a service that sets no time of its own. */
    queueMs: number;
    isDemoAllowed: boolean;
    /** Null: none, for services of that protocol. `exceptions` are hosts, separated by commas. */
    proxy: { http: string | null; https: string | null; exceptions: string };
  };
  /** Private targets that tools may reach all the same. */
  readonly outbound: { allowHosts: string[] };
  readonly turns: {
    deadlineMs: number;
    /** Turns that this instance runs at a time. */
    liveLimit: number;
    queueLimit: number;
    contextTokenBudget: number;
    commitWindowMs: number;
    leaseMs: number;
  };
  readonly logLevel: string;
  /** Where traces go; null when nowhere. */
  readonly tracing: {
    url: string;
    headers: Record<string, string>;
    serviceName: string;
    sampler: TraceSampler;
    ratio: number;
  } | null;

  constructor(
    environment: Environment,
    private readonly features: FeatureValues = new Map(),
  ) {
    this.isProduction = environment.NODE_ENV === 'production';
    this.http = {
      port: environment.PORT,
      host: environment.HOST,
      publicUrl: environment.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      corsOrigins: listOf(environment.CORS_ORIGINS),
      trustProxy: trustProxyOf(environment.TRUST_PROXY),
      bodyLimit: environment.BODY_LIMIT,
      headersTimeoutMs: environment.HEADERS_TIMEOUT_SECONDS * 1000,
      bodyTimeoutMs: environment.BODY_TIMEOUT_SECONDS * 1000,
      shutdownGraceMs: environment.SHUTDOWN_GRACE_SECONDS * 1000,
      streamsLimit: environment.STREAMS_LIMIT || Infinity,
      socketsLimit: environment.SOCKETS_LIMIT || Infinity,
    };
    this.database = {
      url: environment.DATABASE_URL ?? null,
      dataDir: environment.DATA_DIR,
      poolSize: environment.DATABASE_POOL_SIZE,
      migrateOnStart: environment.MIGRATE_ON_START,
    };
    this.redisUrl = environment.REDIS_URL ?? null;
    this.redisPrefix = environment.REDIS_PREFIX;
    this.auth = {
      adminApiKey: environment.ADMIN_API_KEY ?? null,
      encryptionKey: environment.ENCRYPTION_KEY ?? null,
      previousEncryptionKeys: listOf(environment.PREVIOUS_ENCRYPTION_KEYS),
      requireTerms: environment.REQUIRE_TERMS,
      oidc: environment.OIDC_ISSUER
        ? {
            issuer: environment.OIDC_ISSUER,
            audience: environment.OIDC_AUDIENCE!,
            jwksUrl: environment.OIDC_JWKS_URL ?? null,
            loginClaim: environment.OIDC_LOGIN_CLAIM,
            rolesClaim: environment.OIDC_ROLES_CLAIM,
          }
        : null,
      oidcClient:
        environment.OIDC_ISSUER && environment.OIDC_CLIENT_ID
          ? {
              issuer: environment.OIDC_ISSUER,
              id: environment.OIDC_CLIENT_ID,
              secret: environment.OIDC_CLIENT_SECRET ?? null,
              scopes: environment.OIDC_SCOPES,
              name: environment.OIDC_NAME,
            }
          : null,
      sessions: {
        idleMs: environment.SESSION_IDLE_MINUTES * 60_000,
        maxMs: environment.SESSION_MAX_HOURS * 3_600_000,
        rotateMs: environment.SESSION_ROTATE_MINUTES * 60_000,
      },
    };
    this.throttle = { limit: environment.THROTTLE_LIMIT, anonymousLimit: environment.THROTTLE_ANONYMOUS_LIMIT };
    this.provider = {
      apiKey: environment.OPENAI_API_KEY ?? null,
      baseUrl: environment.OPENAI_BASE_URL ?? null,
      model: environment.OPENAI_MODEL ?? null,
      idleTimeoutMs: environment.PROVIDER_IDLE_TIMEOUT_SECONDS * 1000,
      attempts: environment.PROVIDER_ATTEMPTS,
      refusesUnpriced: environment.UNPRICED_MODELS === 'refuse',
      probeIntervalMs: environment.PROBE_INTERVAL_HOURS * 3_600_000,
      breakerFailures: environment.PROVIDER_BREAKER_FAILURES,
      breakerOpenMs: environment.PROVIDER_BREAKER_SECONDS * 1000,
      fallbackWaitMs: environment.PROVIDER_FALLBACK_SECONDS * 1000,
      queueMs: environment.PROVIDER_QUEUE_SECONDS * 1000,
      isDemoAllowed: environment.DEMO_SERVICE === 'on' || (environment.DEMO_SERVICE === 'auto' && !this.isProduction),
      proxy: {
        http: environment.HTTP_PROXY ?? null,
        https: environment.HTTPS_PROXY ?? null,
        exceptions: environment.NO_PROXY,
      },
    };
    this.outbound = { allowHosts: listOf(environment.OUTBOUND_ALLOW_HOSTS) };
    this.turns = {
      deadlineMs: environment.TURN_DEADLINE_SECONDS * 1000,
      liveLimit: environment.LIVE_TURNS_LIMIT || Infinity,
      queueLimit: environment.CHAT_QUEUE_LIMIT,
      contextTokenBudget: environment.CONTEXT_TOKEN_BUDGET,
      commitWindowMs: environment.COMMIT_WINDOW_MS,
      leaseMs: environment.TURN_LEASE_SECONDS * 1000,
    };
    this.logLevel = environment.LOG_LEVEL;
    this.tracing = tracingOf(environment);
  }

  /** The environment variables that a feature declares. */
  of<Values extends object>(type: EnvironmentClass<Values>): Values {
    const values = this.features.get(type);
    if (values === undefined) throw new Error(`${type.name} is not among the variables that were read.`);
    return values as Values;
  }
}

/** The address for traces alone is used as it is, the general one with the path of the protocol. */
function tracingOf(environment: Environment): AppConfig['tracing'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: exact } = environment;
  const url = exact ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`);
  if (!url) return null;
  return {
    url,
    headers: headersOf(environment.OTEL_EXPORTER_OTLP_HEADERS),
    serviceName: environment.OTEL_SERVICE_NAME,
    sampler: environment.OTEL_TRACES_SAMPLER,
    ratio: Number(environment.OTEL_TRACES_SAMPLER_ARG),
  };
}
