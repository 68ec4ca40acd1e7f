import { expect, test } from 'vitest';

import { GatehouseError } from '../domain/errors.ts';
import { configReference } from './config-reference.ts';
import { loadConfig, variableNames } from './config.ts';
import type { Environment, ReadFile } from './config.ts';
import { editDistance, nearestName } from './nearest.ts';

const noFile: ReadFile = (path) => {
  throw new Error(`no file ${path}`);
};

function faultsOf(env: Environment, readFile: ReadFile = noFile): readonly string[] {
  try {
    loadConfig(env, readFile);
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'usage') {
      return error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
    }
    throw error;
  }
  return [];
}

test('a provider of embeddings is named with its model and dimensions', () => {
  const load = (value: string) => loadConfig({ GATEHOUSE_EMBEDDINGS: value }, noFile).embeddings;
  expect(load('voyage:voyage-3.5:1024')).toEqual({ protocol: 'voyage', model: 'voyage-3.5', dimensions: 1_024 });
  const folder = '/opt/models/all MiniLM';
  expect(load(`onnx:${folder}:384`)).toEqual({ protocol: 'onnx', model: folder, dimensions: 384 });
  for (const wrong of ['voyage', 'voyage:m', 'other:m:10', 'openai:m:0', 'onnx:/models', 'onnx::384'])
    expect(() => load(wrong)).toThrow('GATEHOUSE_EMBEDDINGS');
});

test('an empty environment gives the defaults', () => {
  expect(loadConfig({}, noFile)).toEqual({
    port: 4800,
    host: '127.0.0.1',
    startWaitSeconds: 60,
    dataDir: '.gatehouse',
    journalDir: null,
    journalDays: 35,
    anchorDir: null,
    noteStaleDays: null,
    archiveDir: null,
    embeddings: null,
    embeddingsUrl: null,
    embeddingsKey: null,
    databaseUrl: null,
    natsUrl: null,
    key: null,
    adminKey: null,
    masterKey: null,
    anthropicApiKey: null,
    anthropicBaseUrl: null,
    drainSeconds: 0,
    smtpUrl: null,
    mailFrom: 'Gatehouse <gatehouse@localhost>',
    logLevel: 'info',
    otlpEndpoint: null,
    traceShare: 1,
  });
});

test('values are read and typed', () => {
  const masterKey = Buffer.alloc(32, 7).toString('base64');
  const config = loadConfig(
    {
      GATEHOUSE_PORT: '0',
      GATEHOUSE_HOST: '0.0.0.0',
      GATEHOUSE_LOG_LEVEL: 'debug',
      GATEHOUSE_MASTER_KEY: masterKey,
      DATABASE_URL: 'postgres://app@db:5432/app',
      NATS_URL: 'nats://bus:4222',
      SMTP_URL: 'smtp://mail:25',
      ANTHROPIC_BASE_URL: 'https://models.example',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    },
    noFile,
  );
  expect(config).toMatchObject({ port: 0, host: '0.0.0.0', logLevel: 'debug', masterKey, natsUrl: 'nats://bus:4222' });
  expect(config.traceShare).toBe(0.05);
});

test('an empty variable is an unset one', () => {
  const empty = Object.fromEntries(variableNames().map((name) => [name, '']));
  expect(loadConfig(empty, noFile)).toEqual(loadConfig({}, noFile));
});

test('an unknown name is refused with the nearest one that exists', () => {
  expect(faultsOf({ GATEHOUSE_PROT: '4801' })).toEqual([
    'GATEHOUSE_PROT: is not a variable that is known here. Did you mean GATEHOUSE_PORT?',
  ]);
  expect(faultsOf({ GATEHOUSE_FLAVOUR_OF_THE_MONTH: 'x' })).toEqual([
    'GATEHOUSE_FLAVOUR_OF_THE_MONTH: is not a variable that is known here.',
  ]);
  expect(faultsOf({ GATEHOUSE_PORT_FILE: 'x' })[0]).toMatch(/^GATEHOUSE_PORT_FILE: is not a variable/);
});

test('names of other programs and of our own launcher are left alone', () => {
  expect(faultsOf({ PATH: '/bin', GATEHOUSE_RESTARTED: '1', GATEHOUSE_TEST_DATA: 'data' })).toEqual([]);
});

test.each([
  ['GATEHOUSE_PORT', '65536', '"65536" is not a port, 0 to 65535'],
  ['GATEHOUSE_PORT', '48.5', '"48.5" is not a port, 0 to 65535'],
  ['GATEHOUSE_LOG_LEVEL', 'loud', '"loud" is not trace, debug, info, warn, error, fatal, silent'],
  ['DATABASE_URL', 'mysql://x:secret@db', 'the value is not a URL such as postgres://user@host:5432/name'],
  [
    'GATEHOUSE_MASTER_KEY',
    'c2hvcnQ=',
    'the value is not 32 bytes in base64, or several of them with commas between, the newest first',
  ],
  ['GATEHOUSE_ADMIN_KEY', 'two words and more', 'the value is not visible ASCII characters, 8 to 512'],
  ['OTEL_TRACES_SAMPLER_ARG', '5', '"5" is not a share, 0 to 1'],
  ['ANTHROPIC_BASE_URL', 'models', '"models" is not an http or https URL'],
])('%s=%s is refused, and a secret is not shown', (name, value, detail) => {
  expect(faultsOf({ [name]: value })).toEqual([`${name}: ${detail}`]);
});

test('all faults are told at once', () => {
  expect(faultsOf({ GATEHOUSE_PROT: '1', GATEHOUSE_PORT: 'x', SMTP_URL: 'y' })).toHaveLength(3);
});

test('a secret may come from a file', () => {
  const readFile: ReadFile = (path) => (path === '/run/key' ? 'gh_default_0123456789abcdef\n' : noFile(path));
  expect(loadConfig({ GATEHOUSE_ADMIN_KEY_FILE: '/run/key' }, readFile).adminKey).toBe('gh_default_0123456789abcdef');
});

test('a secret given twice, from a missing file or from an empty one is refused', () => {
  expect(faultsOf({ SMTP_URL: 'smtp://a', SMTP_URL_FILE: '/x' })).toEqual([
    'SMTP_URL_FILE: SMTP_URL is set too; keep one of them',
  ]);
  expect(faultsOf({ SMTP_URL_FILE: '/x' })).toEqual(['SMTP_URL_FILE: the file cannot be read: no file /x']);
  expect(faultsOf({ SMTP_URL_FILE: '/x' }, () => ' \n')).toEqual(['SMTP_URL_FILE: the file /x is empty']);
  expect(faultsOf({ ANTHROPIC_API_KEY: '', ANTHROPIC_API_KEY_FILE: '' })).toEqual([]);
});

test('the reference page names every variable', () => {
  const page = configReference();
  for (const name of variableNames()) expect(page).toContain(`\`${name}\``);
});

test('the distance counts a swap of neighbours as one edit', () => {
  expect(editDistance('prot', 'port')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(nearestName('verfy', ['verify', 'serve'])).toBe('verify');
  expect(nearestName('xyz', ['verify', 'serve'])).toBeNull();
});

test('the days of a journal are a number of days', () => {
  expect(loadConfig({ GATEHOUSE_JOURNAL_DAYS: '7' }, noFile).journalDays).toBe(7);
  expect(() => loadConfig({ GATEHOUSE_JOURNAL_DAYS: '0' }, noFile)).toThrow('GATEHOUSE_JOURNAL_DAYS');
});

test('days by predicate name predicates that there are', () => {
  const config = loadConfig({ GATEHOUSE_NOTE_STALE_DAYS: 'title=90, budget=30' }, noFile);
  expect(config.noteStaleDays).toEqual({ title: 90, budget: 30 });
  for (const wrong of ['titel=90', 'title=0', 'title', 'title=90,'])
    expect(() => loadConfig({ GATEHOUSE_NOTE_STALE_DAYS: wrong }, noFile)).toThrow('GATEHOUSE_NOTE_STALE_DAYS');
});
