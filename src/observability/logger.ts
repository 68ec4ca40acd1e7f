/**
 * The log. It is for the person on call, and it must never become a second copy of customer data: keys, addresses and bodies are taken
 * out twice, by the name of their field and by what they look like, because an error message can carry anything.
 */
import { pino } from 'pino';
import type { DestinationStream, Level, Logger } from 'pino';

export type LogLevel = Level | 'silent';

/** Fields that are hidden wherever they stand, up to three levels down. */
const HIDDEN_FIELDS = [
  'authorization',
  'cookie',
  'body',
  'content',
  'data',
  'dataText',
  'email',
  'key',
  'payload',
  'secret',
  'password',
  'token',
];

const ADDRESS = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;
const BEARER = /\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{8,}/gi;
const API_KEY = /\bgh_[a-z]+_[A-Za-z0-9_-]{6,}/g;

export function createLogger(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: HIDDEN_FIELDS.flatMap(pathsOf), censor: '[hidden]' },
    hooks: { streamWrite: scrub },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** A line of the log without addresses and keys. */
export function scrub(line: string): string {
  return line.replace(ADDRESS, '[address]').replace(BEARER, '$1$2[hidden]').replace(API_KEY, '[key]');
}

function pathsOf(field: string): readonly string[] {
  return [field, `*.${field}`, `*.*.${field}`];
}
