/**
 * Every setting there is, one row each: the variable it is read from, what it may be, what it is when nobody sets it, and the words
 * of the reference page. The configuration, its page and the refusal of unknown names all come from this table.
 */
import { z } from 'zod';

import { predicateSchema } from '../domain/note.ts';
import type { Predicate } from '../domain/note.ts';

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
const SECONDS = kind(
  'seconds, 0 to 300',
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((seconds) => seconds <= 300),
);
const DAYS = kind(
  'days, 1 to 3650',
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((days) => days >= 1 && days <= 3_650),
);
const TEXT = kind('text', z.string().min(1));
const KEY = kind('visible ASCII characters, 8 to 512', z.string().regex(/^[\x21-\x7e]{8,512}$/));
const MASTER_KEY = kind(
  '32 bytes in base64, or several of them with commas between, the newest first',
  z.string().refine((text) => {
    const keys = text.split(',').map((key) => key.trim());
    const isKey = (key: string) =>
      /^[A-Za-z0-9+/]+={0,2}$/.test(key) && Buffer.from(key, 'base64').length === MASTER_KEY_BYTES;
    return new Set(keys).size === keys.length && keys.every(isKey);
  }),
);
const SENDER = kind(
  'an address such as `ada@acme.com` or `Ada <ada@acme.com>`',
  z.string().regex(/^(?:[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/),
);
const DAYS_BY_PREDICATE = kind(
  'predicates with days, such as `title=90,budget=30`',
  z
    .string()
    .transform((text) =>
      Object.fromEntries(
        text.split(',').map((pair): [string, string] => {
          const [name = '', days = ''] = pair.split('=');
          return [name.trim(), days.trim()];
        }),
      ),
    )
    .pipe(
      z.partialRecord(
        predicateSchema,
        z
          .string()
          .regex(/^\d{1,4}$/)
          .transform(Number)
          .refine((days) => days >= 1 && days <= 3_650),
      ),
    ),
);
const LOG_LEVEL = kind(LOG_LEVELS.map((level) => `\`${level}\``).join(', '), z.enum(LOG_LEVELS));

const SHARE = kind(
  'a share, 0 to 1',
  z
    .string()
    .regex(/^(0|1|0?\.\d+|1\.0+)$/)
    .transform(Number),
);

export interface EmbeddingSetting {
  readonly protocol: 'openai' | 'voyage' | 'onnx';
  readonly model: string;
  readonly dimensions: number;
}

const EMBEDDINGS = kind(
  '`voyage` or `openai`, a model and its dimensions, such as `voyage:voyage-3.5:1024`; or `onnx`, the folder of a model and its dimensions',
  z
    .string()
    .regex(/^(?:(?:voyage|openai):[\w./-]{1,100}|onnx:[^:]{1,400}):[1-9]\d{1,3}$/)
    .transform((text): EmbeddingSetting => {
      const [protocol, model = '', dimensions] = text.split(':');
      return {
        protocol: protocol === 'voyage' || protocol === 'onnx' ? protocol : 'openai',
        model,
        dimensions: Number(dimensions),
      };
    }),
);

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
  drainSeconds: setting<number, number>({
    env: 'GATEHOUSE_DRAIN_SECONDS',
    kind: SECONDS,
    default: 0,
    secret: false,
    description:
      'How long a server that was asked to stop still answers while `/readyz` says that it is not ready, so that a load balancer sends nothing more.',
  }),
  startWaitSeconds: setting<number, number>({
    env: 'GATEHOUSE_START_WAIT_SECONDS',
    kind: SECONDS,
    default: 60,
    secret: false,
    description:
      'How long a server that starts waits for a database server that cannot be reached, before it ends with exit code 3. Meanwhile `/healthz` answers and `/readyz` says that it is not ready. NATS is never waited for.',
  }),
  dataDir: setting<string, string>({
    env: 'GATEHOUSE_DATA_DIR',
    kind: TEXT,
    default: '.gatehouse',
    secret: false,
    description:
      'Folder for the embedded database, keys and reports of imports; made on first use. One process at a time holds it.',
  }),
  journalDir: setting<string, null>({
    env: 'GATEHOUSE_JOURNAL_DIR',
    kind: TEXT,
    default: null,
    secret: false,
    description:
      'Folder for the journal of effects and suppressions, by which a restored backup learns what happened after it. Without it `journal` in the data folder is used; another disk than the database is better.',
  }),
  journalDays: setting<number, number>({
    env: 'GATEHOUSE_JOURNAL_DAYS',
    kind: DAYS,
    default: 35,
    secret: false,
    description:
      'How many days of the journal are kept. No backup older than this can be reconciled with what followed it.',
  }),
  anchorDir: setting<string, null>({
    env: 'GATEHOUSE_ANCHOR_DIR',
    kind: TEXT,
    default: null,
    secret: false,
    description:
      'Folder for anchors: signed notes, one a day, of where the chains of the ledger end, by which `gatehouse verify` finds what was rewritten by somebody with all rights to the database. Without it `anchors` in the data folder is used; hosts may share one, and another machine is better.',
  }),
  noteStaleDays: setting<Partial<Record<Predicate, number>>, null>({
    env: 'GATEHOUSE_NOTE_STALE_DAYS',
    kind: DAYS_BY_PREDICATE,
    default: null,
    secret: false,
    description:
      'After how many days without a new look a note counts as stale, by what it is about, where that differs from the catalogue: `title=90,budget=30`.',
  }),
  archiveDir: setting<string, null>({
    env: 'GATEHOUSE_ARCHIVE_DIR',
    kind: TEXT,
    default: null,
    secret: false,
    description:
      'Folder with the archives that `gatehouse ledger export` has written, for what needs the whole ledger: verify, rebuild, replay, undo, and what was known long ago. All hosts need it. Without it these say that they need it, once something has left the database.',
  }),
  databaseUrl: setting<string, null>({
    env: 'DATABASE_URL',
    kind: urlKind('a URL such as `postgres://user@host:5432/name`', ['postgres:', 'postgresql:']),
    default: null,
    secret: true,
    description:
      'A PostgreSQL server, version 15 or later. Without it the embedded database in the data folder is used.',
  }),
  embeddings: setting<EmbeddingSetting, null>({
    env: 'GATEHOUSE_EMBEDDINGS',
    kind: EMBEDDINGS,
    default: null,
    secret: false,
    description:
      'Who turns notes into vectors, so that a search compares meanings too: protocol, model and dimensions. The texts of all notes and of all questions are sent there; with `onnx` they stay on this machine, and the package `onnxruntime-node` must be installed. Without it memory is searched by words and links, and nothing leaves.',
  }),
  embeddingsUrl: setting<string, null>({
    env: 'GATEHOUSE_EMBEDDINGS_URL',
    kind: urlKind('an `http` or `https` URL', ['http:', 'https:']),
    default: null,
    secret: false,
    description:
      'Address of that service without `/embeddings`. Without it that of Voyage or OpenAI; any server that speaks OpenAI’s protocol will do.',
  }),
  embeddingsKey: setting<string, null>({
    env: 'GATEHOUSE_EMBEDDINGS_KEY',
    kind: TEXT,
    default: null,
    secret: true,
    description: 'API key of that service, if it wants one.',
  }),
  natsUrl: setting<string, null>({
    env: 'NATS_URL',
    kind: urlKind('a URL such as `nats://host:4222`', ['nats:', 'tls:', 'ws:', 'wss:']),
    default: null,
    secret: true,
    description:
      'A NATS server with JetStream, which carries messages between hosts on one Postgres. Without it hosts find them in the database.',
  }),
  key: setting<string, null>({
    env: 'GATEHOUSE_KEY',
    kind: KEY,
    default: null,
    secret: true,
    description:
      'The key with which commands ask a running server, for whoever is not its admin. Without it they use the admin key of the tenant.',
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
      'Key that wraps the keys of personal data: `openssl rand -base64 32`. Without it one is made and kept in `keys/master.key` of the data folder. Whoever loses it loses all personal data for good. Several with commas between, the newest first, while `gatehouse keys rotate` replaces it.',
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
    description: 'Mail server for e-mail of tenants that are live. Without it no real e-mail can be sent.',
  }),
  mailFrom: setting<string, string>({
    env: 'GATEHOUSE_MAIL_FROM',
    kind: SENDER,
    default: 'Gatehouse <gatehouse@localhost>',
    secret: false,
    description: 'Sender of real e-mail. Mail servers refuse one that is not yours.',
  }),
  logLevel: setting<(typeof LOG_LEVELS)[number], 'info'>({
    env: 'GATEHOUSE_LOG_LEVEL',
    kind: LOG_LEVEL,
    default: 'info',
    secret: false,
    description: 'The least serious log line that is written. Logs go to standard error.',
  }),
  otlpEndpoint: setting<string, null>({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    kind: urlKind('an `http` or `https` URL', ['http:', 'https:']),
    default: null,
    secret: false,
    description:
      'Where an OpenTelemetry collector takes OTLP over HTTP; traces go to `/v1/traces` below it, as JSON. Without it nothing is traced. `OTEL_EXPORTER_OTLP_HEADERS`, `…_TIMEOUT`, `…_COMPRESSION`, `…_CERTIFICATE`, their variants for traces, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are honoured too.',
  }),
  traceShare: setting<number, number>({
    env: 'OTEL_TRACES_SAMPLER_ARG',
    kind: SHARE,
    default: 1,
    secret: false,
    description:
      'The share of traces that is kept. All hosts keep the same ones, and whole ones. `OTEL_TRACES_SAMPLER` itself has no effect.',
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<Row> = Row extends Setting<infer Value, infer Default> ? Value | Default : never;

/** The settings in force. Null where nothing is set and there is no default. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };
