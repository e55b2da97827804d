import { pino } from 'pino';
import type { Level, Logger } from 'pino';
import { withoutSecrets } from './secrets.ts';
import { REDACTED } from '../config/schema.ts';

export type { Logger } from 'pino';

const STDERR = 2;
const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};
const HIDDEN = new Set(['level', 'time', 'msg']);

export interface LoggerOptions {
  /** Texts that are blotted out wherever they turn up, in errors of libraries too. */
  readonly secrets?: readonly string[];
  /** Takes each line; standard error unless given. */
  readonly write?: (line: string) => void;
}

/** Logs to standard error, JSON lines or, for people at a terminal, plain lines. Keys never get through. */
export function createLogger(level: Level | 'silent', options: LoggerOptions = {}): Logger {
  const { secrets = [], write = toStandardError() } = options;
  return pino(settingsOf(level), {
    write: (line: string) => write(withoutSecrets(line, secrets, REDACTED)),
  });
}

/** @returns where lines go: as they are, or for people */
function toStandardError(): (line: string) => void {
  const destination = pino.destination({ fd: STDERR, sync: true });
  const plain = process.stderr.isTTY;
  return (line) => void destination.write(plain ? toPlain(line) : line);
}

function settingsOf(level: Level | 'silent') {
  return {
    level,
    base: null,
    redact: {
      paths: ['privateKey', '*.privateKey', 'walletKeys', '*.walletKeys', 'databaseUrl', '*.databaseUrl'],
      censor: REDACTED,
    },
  };
}

/** `12:00:01 info  liquidated  account=0x.../0 reward=12.5` */
export function toPlain(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line;
  const field = (key: string): unknown => Reflect.get(entry, key);
  const time = new Date(Number(field('time'))).toISOString().slice(11, 19);
  const rest = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return `${time} ${LEVELS[Number(field('level'))] ?? ''} ${String(field('msg'))}${rest === '' ? '' : `  ${rest}`}\n`;
}
