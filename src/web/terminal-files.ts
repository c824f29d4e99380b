import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PACKAGE_DIR } from '../config/board';
import { TERMINAL_STYLE_SHEET } from './terminal-style';

export interface TerminalFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** The files that the terminal page loads. */
export interface TerminalFiles {
  /** Changes with the content, so that browsers can cache the files. */
  readonly version: string;
  find(name: string): TerminalFile | undefined;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** Reads the terminal's files: the board's own script and style sheet, and those of xterm.js. */
export async function loadTerminalFiles(): Promise<TerminalFiles> {
  const xterm = dirname(require.resolve('@xterm/xterm/package.json'));
  const compress = promisify(gzip);
  const read = async (type: string, path: string | Buffer): Promise<TerminalFile> => {
    const body = typeof path === 'string' ? await readFile(path) : path;
    return { type, body, gzipped: await compress(body) };
  };
  const files = new Map([
    ['terminal.js', await read(SCRIPT, join(PACKAGE_DIR, 'misc', 'web', 'terminal.js'))],
    ['terminal.css', await read(STYLE, Buffer.from(TERMINAL_STYLE_SHEET))],
    ['xterm.js', await read(SCRIPT, join(xterm, 'lib', 'xterm.mjs'))],
    ['xterm.css', await read(STYLE, join(xterm, 'css', 'xterm.css'))],
  ]);
  const hash = createHash('sha256');
  for (const { body } of files.values()) hash.update(body);
  return { version: hash.digest('hex').slice(0, 16), find: (name) => files.get(name) };
}
