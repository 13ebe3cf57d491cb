import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  validateSync,
} from 'class-validator';
import { contradictions } from './contradictions.js';

const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;

const Flag = (): PropertyDecorator =>
  Transform(({ value }) =>
    typeof value !== 'string' ? value : TRUE.test(value) ? true : FALSE.test(value) ? false : value,
  );
const Whole = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value));

/**
 * Every environment variable the server knows, with its default. `.env.example` lists the same names (a test holds them equal). An
 * empty value counts as not set.
 */
export class Environment {
  @IsIn(['development', 'production', 'test'])
  NODE_ENV: 'development' | 'production' | 'test' = 'development';

  // Where it listens
  @Whole()
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 5000;
  @IsString()
  HOST = '127.0.0.1';
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  PUBLIC_URL?: string;
  @IsString()
  CORS_ORIGINS = '';
  @IsString()
  TRUST_PROXY = 'false';
  @Whole()
  @IsInt()
  @Min(1024)
  @Max(50_000_000)
  BODY_LIMIT = 1_048_576;

  // Where it keeps its data
  @IsString()
  @MinLength(1)
  DATA_DIR = './data';
  @IsOptional()
  @Matches(/^(mysql|mariadb):\/\/.+\/.+/, {
    message: 'DATABASE_URL must look like mysql://user:password@host:3306/database',
  })
  DATABASE_URL?: string;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(500)
  DATABASE_POOL_SIZE = 20;
  @Flag()
  @IsBoolean()
  MIGRATE_ON_START = true;
  @IsOptional()
  @Matches(/^rediss?:\/\/.+/, { message: 'REDIS_URL must look like redis://host:6379' })
  REDIS_URL?: string;

  // Who may call
  @IsOptional()
  @IsString()
  @MinLength(32)
  ADMIN_API_KEY?: string;
  @IsOptional()
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'ENCRYPTION_KEY must be 64 hexadecimal characters (32 bytes)' })
  ENCRYPTION_KEY?: string;
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  OIDC_ISSUER?: string;
  @IsOptional()
  @IsString()
  @MinLength(1)
  OIDC_AUDIENCE?: string;
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  OIDC_JWKS_URL?: string;
  @IsString()
  @MinLength(1)
  OIDC_LOGIN_CLAIM = 'preferred_username';
  @IsString()
  @MinLength(1)
  OIDC_ROLES_CLAIM = 'roles';
  @Flag()
  @IsBoolean()
  REQUIRE_TERMS = false;
  @Whole()
  @IsInt()
  @Min(0)
  THROTTLE_LIMIT = 600;
  @Whole()
  @IsInt()
  @Min(0)
  THROTTLE_ANONYMOUS_LIMIT = 120;

  // Other systems' clients
  @Flag()
  @IsBoolean()
  THREADS_OPEN = false;

  // What answers
  @IsOptional()
  @IsString()
  @MinLength(1)
  OPENAI_API_KEY?: string;
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  OPENAI_BASE_URL?: string;
  @IsOptional()
  @IsString()
  @MinLength(1)
  OPENAI_MODEL?: string;
  @IsIn(['auto', 'on', 'off'])
  DEMO_SERVICE: 'auto' | 'on' | 'off' = 'auto';

  // What it may call
  @Matches(/^[\w.:/[\], -]*$/, {
    message: 'OUTBOUND_ALLOW_HOSTS must be hosts, hosts with a port and networks like 10.0.0.0/8, separated by commas',
  })
  OUTBOUND_ALLOW_HOSTS = '';

  // How it answers
  @Whole()
  @IsInt()
  @Min(1)
  @Max(3600)
  TURN_DEADLINE_SECONDS = 180;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(3600)
  PROVIDER_IDLE_TIMEOUT_SECONDS = 60;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(10)
  PROVIDER_ATTEMPTS = 3;
  @Whole()
  @IsInt()
  @Min(0)
  @Max(1000)
  CHAT_QUEUE_LIMIT = 8;
  @Whole()
  @IsInt()
  @Min(256)
  @Max(10_000_000)
  CONTEXT_TOKEN_BUDGET = 32_000;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(1000)
  COMMIT_WINDOW_MS = 40;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(60)
  TURN_LEASE_SECONDS = 8;

  // WhatsApp, through Twilio
  @IsOptional()
  @Matches(/^AC\w{1,62}$/, { message: 'TWILIO_ACCOUNT_SID must begin with AC' })
  TWILIO_ACCOUNT_SID?: string;
  @IsOptional()
  @IsString()
  @MinLength(1)
  TWILIO_AUTH_TOKEN?: string;
  @IsOptional()
  @Matches(/^whatsapp:\+\d{6,15}$/, { message: 'TWILIO_FROM must look like whatsapp:+14155238886' })
  TWILIO_FROM?: string;
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  TWILIO_BASE_URL = 'https://api.twilio.com';
  @IsOptional()
  @IsString()
  @MinLength(1)
  WHATSAPP_BOT?: string;
  @IsString()
  @MaxLength(1600)
  WHATSAPP_ERROR_TEXT = "I'm sorry, I encountered an error. Please try again";
  @IsString()
  @MaxLength(1600)
  WHATSAPP_UNSUPPORTED_TEXT = 'I can only read text messages. Please write to me what it is about.';
  @Whole()
  @IsInt()
  @Min(1)
  @Max(100)
  WHATSAPP_SEND_ATTEMPTS = 20;
  @Whole()
  @IsInt()
  @Min(1)
  @Max(60_000)
  WHATSAPP_RETRY_MS = 1000;
  @Whole()
  @IsInt()
  @Min(100)
  @Max(60_000)
  WHATSAPP_TIMEOUT_MS = 10_000;

  // Simple chat
  @IsOptional()
  @IsString()
  @MinLength(1)
  SIMPLE_CHAT_BOT?: string;
  @Whole()
  @IsInt()
  @Min(0)
  SIMPLE_CHAT_RATE = 5;
  @IsOptional()
  @IsString()
  @MinLength(1)
  SIMPLE_CHAT_HANDED_OVER_TEXT?: string;
  @IsOptional()
  @IsString()
  @MinLength(1)
  CONVERSATIONS_FILE?: string;

  // How it is watched
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' = 'info';
  @Whole()
  @IsInt()
  @Min(0)
  @Max(600)
  SHUTDOWN_GRACE_SECONDS = 10;
}

/** Reads and checks the environment; throws one error that names every setting that is wrong. */
export function parseEnvironment(source: Record<string, unknown>): Environment {
  const names = Object.keys(new Environment()).concat(OPTIONAL);
  const given = Object.fromEntries(
    names.map((name) => [name, source[name]]).filter(([, value]) => value !== undefined && value !== ''),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const faults = validateSync(environment, { skipMissingProperties: false }).flatMap(({ constraints }) =>
    Object.values(constraints ?? {}),
  );
  faults.push(...contradictions(environment));
  if (faults.length > 0)
    throw new Error(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return environment;
}

/** Settings without a default do not show as keys of a new Environment. */
const OPTIONAL = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'REDIS_URL',
  'ADMIN_API_KEY',
  'ENCRYPTION_KEY',
  'OIDC_ISSUER',
  'OIDC_AUDIENCE',
  'OIDC_JWKS_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_MODEL',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_FROM',
  'WHATSAPP_BOT',
  'SIMPLE_CHAT_BOT',
  'SIMPLE_CHAT_HANDED_OVER_TEXT',
  'CONVERSATIONS_FILE',
];

export const ENVIRONMENT_NAMES: readonly string[] = [...Object.keys(new Environment()), ...OPTIONAL];
