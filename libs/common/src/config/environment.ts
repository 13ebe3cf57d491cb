import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { contradictions } from './contradictions.js';
import { FlagSetting, IntegerSetting, OptionalTextSetting, TextSetting, UrlSetting } from './setting.decorators.js';

const TRACE_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type TraceSampler = (typeof TRACE_SAMPLERS)[number];

/** The environment variables that belong to no feature, with their defaults. */
export class Environment {
  static contradictions = contradictions;

  @IsIn(['development', 'production', 'test'])
  NODE_ENV: 'development' | 'production' | 'test' = 'development';

  // Where it listens
  @IntegerSetting(0, 65_535)
  PORT = 5000;
  @IsString()
  HOST = '127.0.0.1';
  @IsOptional()
  @UrlSetting()
  PUBLIC_URL?: string;
  @IsString()
  CORS_ORIGINS = '';
  @IsString()
  TRUST_PROXY = 'false';
  @IntegerSetting(1024, 50_000_000)
  BODY_LIMIT = 1_048_576;
  @IntegerSetting(1, 60)
  HEADERS_TIMEOUT_SECONDS = 8;
  @IntegerSetting(1, 110)
  BODY_TIMEOUT_SECONDS = 25;

  @IntegerSetting(0)
  STREAMS_LIMIT = 5000;
  @IntegerSetting(0)
  SOCKETS_LIMIT = 5000;

  // Where it keeps its data
  @TextSetting()
  DATA_DIR = './data';
  @IsOptional()
  @Matches(/^(mysql|mariadb):\/\/.+\/.+/, {
    message: 'DATABASE_URL must look like mysql://user:password@host:3306/database',
  })
  DATABASE_URL?: string;
  @IntegerSetting(1, 500)
  DATABASE_POOL_SIZE = 20;
  @FlagSetting()
  MIGRATE_ON_START = true;
  @IsOptional()
  @Matches(/^rediss?:\/\/.+/, { message: 'REDIS_URL must look like redis://host:6379' })
  REDIS_URL?: string;
  @Matches(/^[\w:.-]{1,64}$/, { message: 'REDIS_PREFIX may have 1 to 64 letters, digits and _ : . -' })
  REDIS_PREFIX = 'baton';

  // Who may call
  @OptionalTextSetting(32)
  ADMIN_API_KEY?: string;
  @IsOptional()
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'ENCRYPTION_KEY must be 64 hexadecimal characters (32 bytes)' })
  ENCRYPTION_KEY?: string;
  @Matches(/^(\s*[0-9a-fA-F]{64}\s*(,|$))*$/, {
    message: 'PREVIOUS_ENCRYPTION_KEYS must be keys of 64 hexadecimal characters, separated by commas',
  })
  PREVIOUS_ENCRYPTION_KEYS = '';
  @IsOptional()
  @UrlSetting()
  OIDC_ISSUER?: string;
  @OptionalTextSetting()
  OIDC_AUDIENCE?: string;
  @IsOptional()
  @UrlSetting()
  OIDC_JWKS_URL?: string;
  @TextSetting()
  OIDC_LOGIN_CLAIM = 'preferred_username';
  @TextSetting()
  OIDC_ROLES_CLAIM = 'roles';
  @OptionalTextSetting()
  OIDC_CLIENT_ID?: string;
  @OptionalTextSetting()
  OIDC_CLIENT_SECRET?: string;
  @Matches(/^openid( [\x21-\x7e]+)*$/, {
    message: 'OIDC_SCOPES must be openid and further scopes, separated by blanks',
  })
  OIDC_SCOPES = 'openid profile email';
  @TextSetting()
  OIDC_NAME = 'Single sign-on';
  @IntegerSetting(1, 43_200)
  SESSION_IDLE_MINUTES = 720;
  @IntegerSetting(1, 8760)
  SESSION_MAX_HOURS = 168;
  @IntegerSetting(1, 1440)
  SESSION_ROTATE_MINUTES = 15;
  @FlagSetting()
  REQUIRE_TERMS = false;
  @IntegerSetting(0)
  THROTTLE_LIMIT = 600;
  @IntegerSetting(0)
  THROTTLE_ANONYMOUS_LIMIT = 120;

  // What answers
  @OptionalTextSetting()
  @Matches(/^[\x21-\x7e]*$/, {
    message: 'OPENAI_API_KEY must consist of visible ASCII characters, without blanks or line breaks inside',
  })
  OPENAI_API_KEY?: string;
  @IsOptional()
  @UrlSetting()
  OPENAI_BASE_URL?: string;
  @OptionalTextSetting()
  OPENAI_MODEL?: string;
  @IsIn(['auto', 'on', 'off'])
  DEMO_SERVICE: 'auto' | 'on' | 'off' = 'auto';
  @IsOptional()
  @UrlSetting()
  HTTPS_PROXY?: string;
  @IsOptional()
  @UrlSetting()
  HTTP_PROXY?: string;
  @Matches(/^[\w.:[\]*, -]*$/, { message: 'NO_PROXY must be hosts, also with a port, separated by commas' })
  NO_PROXY = '';

  // What it may call
  @Matches(/^[\w.:/[\], -]*$/, {
    message: 'OUTBOUND_ALLOW_HOSTS must be hosts, hosts with a port and networks like 10.0.0.0/8, separated by commas',
  })
  OUTBOUND_ALLOW_HOSTS = '';

  // How it answers
  @IntegerSetting(1, 3600)
  TURN_DEADLINE_SECONDS = 180;
  @IntegerSetting(1, 3600)
  PROVIDER_IDLE_TIMEOUT_SECONDS = 60;
  @IntegerSetting(1, 10)
  PROVIDER_ATTEMPTS = 3;
  @IntegerSetting(0, 8760)
  PROBE_INTERVAL_HOURS = 24;
  @IsIn(['allow', 'refuse'])
  UNPRICED_MODELS: 'allow' | 'refuse' = 'allow';
  @IntegerSetting(0, 1000)
  PROVIDER_BREAKER_FAILURES = 6;
  @IntegerSetting(1, 3600)
  PROVIDER_BREAKER_SECONDS = 15;
  @IntegerSetting(0, 3600)
  PROVIDER_FALLBACK_SECONDS = 3;
  @IntegerSetting(0, 3600)
  PROVIDER_QUEUE_SECONDS = 10;
  @IntegerSetting(0)
  LIVE_TURNS_LIMIT = 2000;
  @IntegerSetting(0, 1000)
  CHAT_QUEUE_LIMIT = 8;
  @IntegerSetting(256, 10_000_000)
  CONTEXT_TOKEN_BUDGET = 32_000;
  @IntegerSetting(1, 1000)
  COMMIT_WINDOW_MS = 40;
  @IntegerSetting(1, 60)
  TURN_LEASE_SECONDS = 8;

  // How it is watched
  @IsOptional()
  @UrlSetting()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @IsOptional()
  @UrlSetting()
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  @IsIn(['http/protobuf'], {
    message: 'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: nothing else is spoken here',
  })
  OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  @Matches(/^(\s*[\w.-]+=[^,]*(,|$))*$/, {
    message: 'OTEL_EXPORTER_OTLP_HEADERS must be name=value, separated by commas',
  })
  OTEL_EXPORTER_OTLP_HEADERS = '';
  @TextSetting()
  OTEL_SERVICE_NAME = 'baton';
  @IsIn(TRACE_SAMPLERS)
  OTEL_TRACES_SAMPLER: TraceSampler = 'parentbased_always_on';
  @Matches(/^(0(\.\d+)?|1(\.0+)?)$/, { message: 'OTEL_TRACES_SAMPLER_ARG must be a share between 0 and 1' })
  OTEL_TRACES_SAMPLER_ARG = '1';
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' = 'info';
  @IntegerSetting(0, 600)
  SHUTDOWN_GRACE_SECONDS = 10;
}
