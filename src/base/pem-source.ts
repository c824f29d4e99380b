import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { BbsError } from './errors';

/**
 * Where a key or a certificate comes from: a file, the configuration itself (where `@environment:` puts
 * it), or what a program prints. What comes from the last two is kept in memory only.
 */
export type PemSource =
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly name: string; readonly command: readonly string[] };

/**
 * What a value of the configuration stands for: PEM text (RFC 7468), or the name of a file. `key` is its
 * path in the configuration, for messages. Undefined where nothing is set.
 */
export function pemSource(
  key: string,
  value: string,
  resolveFile: (name: string) => string,
): PemSource | undefined {
  if (value === '') return undefined;
  if (isPemText(value)) return { kind: 'text', name: key, text: value };
  return { kind: 'file', name: resolveFile(value) };
}

/** The program of a configuration key; undefined where none is set. */
export function commandSource(key: string, command: readonly string[]): PemSource | undefined {
  return command.length === 0 ? undefined : { kind: 'command', name: key, command };
}

/**
 * True for text that is itself a key or a certificate, and no file's name: also in quotes or in Base64, as which a
 * variable may hold it by mistake, so that no message shows it as the name of a file.
 */
export function isPemText(value: string): boolean {
  return /-----BEGIN |^\s*["']?LS0tLS1CRUdJTi/.test(value);
}

/** Rejects with what the file system says, or KEY_UNREADABLE of a program. */
export function readPem(source: PemSource): Promise<string> {
  switch (source.kind) {
    case 'file':
      return readFile(source.name, 'utf8');
    case 'text':
      return Promise.resolve(source.text);
    case 'command':
      return readKeyCommand(source.command, { key: source.name });
  }
}

const COMMAND_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/**
 * What a command prints that the sysop names, for keys that a service keeps. It is run without a shell,
 * and what it prints is kept in memory only. `key` is its path in the configuration. Throws KEY_UNREADABLE.
 */
export function readKeyCommand(
  command: readonly string[],
  {
    key,
    env,
  }: { readonly key: string; readonly env?: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  const [program = '', ...args] = command;
  const limits = { timeout: COMMAND_MS, maxBuffer: MAX_BYTES, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...limits, env, encoding: 'utf8' }, (error, printed) => {
      const text = printed.trim();
      if (error === null && text !== '') return resolve(text);
      // Neither what it printed nor its arguments: both may hold secrets.
      const why = error === null ? 'it printed nothing' : reasonOf(error);
      reject(new BbsError('KEY_UNREADABLE', `${key}: ${program} gave no key: ${why}`));
    });
  });
}

function reasonOf(error: { readonly code?: unknown; readonly killed?: boolean }): string {
  if (error.killed === true) return `it did not end within ${COMMAND_MS / 1000} s`;
  return typeof error.code === 'number' ? `it ended with ${error.code}` : String(error.code);
}
