/** As the programs of MySQL name them. */
const SSL_MODES = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const;
const PARAMETERS = ['ssl-mode', 'ssl-ca'];

export interface DatabaseTarget {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: {
    /** Whether the connection is encrypted; whether the server must prove who it is; whether also under the host's name. */
    mode: (typeof SSL_MODES)[number];
    /** A file with the authorities that are trusted; null trusts those that Node.js trusts. */
    caFile: string | null;
  };
}

const DEFAULT_PORT = 3306;

/** What a `DATABASE_URL` names. Its parameters have been checked before: {@link databaseUrlFaults}. */
export function readDatabaseUrl(url: string): DatabaseTarget {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const caFile = searchParams.get('ssl-ca');
  return {
    host: hostname,
    port: port === '' ? DEFAULT_PORT : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    tls: { mode: modeOf(searchParams.get('ssl-mode')) ?? (caFile === null ? 'DISABLED' : 'VERIFY_CA'), caFile },
  };
}

/** What is wrong with the parameters of a `DATABASE_URL`: a setting that is ignored would be worse than a refusal. */
export function databaseUrlFaults(url: string): string[] {
  const { searchParams } = new URL(url);
  const mode = searchParams.get('ssl-mode');
  return [
    ...[...searchParams.keys()]
      .filter((name) => !PARAMETERS.includes(name))
      .map((name) => `DATABASE_URL has a parameter that is not known: ${name}. Known are ${PARAMETERS.join(' and ')}`),
    ...(mode !== null && modeOf(mode) === null
      ? [`ssl-mode in DATABASE_URL must be one of ${SSL_MODES.join(', ')}`]
      : []),
  ];
}

const modeOf = (value: string | null): (typeof SSL_MODES)[number] | null =>
  SSL_MODES.find((mode) => mode === value?.toUpperCase()) ?? null;
