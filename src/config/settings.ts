/**
 * Every setting there is, one row each: the variable it is read from, what it may be, what it is when nobody sets it, and the words
 * of the reference page. The configuration, its page and the refusal of unknown names all come from this table.
 */
import { z } from 'zod';

/** How a value is written in a variable, with the words for somebody who wrote it wrongly. */
interface SettingKind<Value> {
  /** As the reference page says it. */
  readonly label: string;
  /** Gives undefined for a text that is no such value. */
  parse(text: string): Value | undefined;
}

interface Setting<Value, Default> {
  readonly env: string;
  readonly kind: SettingKind<Value>;
  readonly default: Default;
  /** Secrets have a `…_FILE` variant, and are never shown. */
  readonly secret: boolean;
  readonly description: string;
}

function kind<Value>(label: string, schema: z.ZodType<Value>): SettingKind<Value> {
  return { label, parse: (text) => schema.safeParse(text).data };
}

function urlKind(label: string, protocols: readonly string[]): SettingKind<string> {
  const schema = z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol));
  return kind(label, schema);
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const MASTER_KEY_BYTES = 32;

const PORT = kind(
  'a port, 0 to 65535',
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535),
);
const TEXT = kind('text', z.string().min(1));
const KEY = kind('visible ASCII characters, 8 to 512', z.string().regex(/^[\x21-\x7e]{8,512}$/));
const MASTER_KEY = kind(
  '32 bytes in base64',
  z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .refine((text) => Buffer.from(text, 'base64').length === MASTER_KEY_BYTES),
);
const LOG_LEVEL = kind(LOG_LEVELS.map((level) => `\`${level}\``).join(', '), z.enum(LOG_LEVELS));

function setting<Value, Default extends Value | null>(row: Setting<Value, Default>): Setting<Value, Default> {
  return row;
}

export const SETTINGS = {
  port: setting<number, number>({
    env: 'GATEHOUSE_PORT',
    kind: PORT,
    default: 4800,
    secret: false,
    description: 'Port of the API. With 0 the system chooses a free one.',
  }),
  host: setting<string, string>({
    env: 'GATEHOUSE_HOST',
    kind: TEXT,
    default: '127.0.0.1',
    secret: false,
    description:
      'Address to listen on. The default is reachable from this machine only; put a proxy with TLS in front before you widen it.',
  }),
  dataDir: setting<string, string>({
    env: 'GATEHOUSE_DATA_DIR',
    kind: TEXT,
    default: '.gatehouse',
    secret: false,
    description:
      'Folder for the embedded database, keys and reports of imports; made on first use. One process at a time holds it.',
  }),
  databaseUrl: setting<string, null>({
    env: 'DATABASE_URL',
    kind: urlKind('a URL such as `postgres://user@host:5432/name`', ['postgres:', 'postgresql:']),
    default: null,
    secret: true,
    description:
      'A PostgreSQL server, version 15 or later. Without it the embedded database in the data folder is used.',
  }),
  natsUrl: setting<string, null>({
    env: 'NATS_URL',
    kind: urlKind('a URL such as `nats://host:4222`', ['nats:', 'tls:', 'ws:', 'wss:']),
    default: null,
    secret: true,
    description: 'A NATS server. It has no effect yet: one process owns all partitions and needs no broker.',
  }),
  adminKey: setting<string, null>({
    env: 'GATEHOUSE_ADMIN_KEY',
    kind: KEY,
    default: null,
    secret: true,
    description:
      'First admin API key of the tenant `default`. Without it one is made and kept in `keys/admin-key` of the data folder.',
  }),
  masterKey: setting<string, null>({
    env: 'GATEHOUSE_MASTER_KEY',
    kind: MASTER_KEY,
    default: null,
    secret: true,
    description:
      'Key that wraps the keys of personal data: `openssl rand -base64 32`. Without it one is made and kept in `keys/master.key` of the data folder. Whoever loses it loses all personal data for good.',
  }),
  anthropicApiKey: setting<string, null>({
    env: 'ANTHROPIC_API_KEY',
    kind: TEXT,
    default: null,
    secret: true,
    description: 'Key for a model engine. It has no effect yet: the rules engine makes every decision.',
  }),
  anthropicBaseUrl: setting<string, null>({
    env: 'ANTHROPIC_BASE_URL',
    kind: urlKind('an `http` or `https` URL', ['http:', 'https:']),
    default: null,
    secret: false,
    description: 'Another address for the model API. It has no effect yet.',
  }),
  smtpUrl: setting<string, null>({
    env: 'SMTP_URL',
    kind: urlKind('a URL such as `smtp://user:password@host:587`', ['smtp:', 'smtps:']),
    default: null,
    secret: true,
    description: 'Mail server for real e-mail. It has no effect yet: every channel is a sandbox.',
  }),
  logLevel: setting<(typeof LOG_LEVELS)[number], 'info'>({
    env: 'GATEHOUSE_LOG_LEVEL',
    kind: LOG_LEVEL,
    default: 'info',
    secret: false,
    description: 'The least serious log line that is written. Logs go to standard error.',
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<Row> = Row extends Setting<infer Value, infer Default> ? Value | Default : never;

/** The settings in force. Null where nothing is set and there is no default. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };
