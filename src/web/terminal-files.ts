import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PACKAGE_DIR } from '../config/board';
import { schemes } from './style';

interface TerminalFile {
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
  const script = (name: string): Promise<TerminalFile> =>
    read(SCRIPT, join(PACKAGE_DIR, 'misc', 'web', name));
  const files = new Map([
    ['terminal.js', await script('terminal.js')],
    ['terminal-size.js', await script('terminal-size.js')],
    ['terminal-controls.js', await script('terminal-controls.js')],
    ['terminal.css', await read(STYLE, Buffer.from(TERMINAL_STYLE_SHEET))],
    ['xterm.js', await read(SCRIPT, join(xterm, 'lib', 'xterm.mjs'))],
    ['xterm.css', await read(STYLE, join(xterm, 'css', 'xterm.css'))],
  ]);
  const hash = createHash('sha256');
  for (const { body } of files.values()) hash.update(body);
  return { version: hash.digest('hex').slice(0, 16), find: (name) => files.get(name) };
}

/**
 * The style sheet of the terminal page: the screen fills the window, and notices look like the
 * other pages.
 */
const TERMINAL_STYLE_SHEET = `
${schemes()}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template-rows: minmax(0, 1fr) auto auto; height: 100dvh; overflow: hidden; background: #000;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Helvetica, Arial, sans-serif; }
main { display: grid; place-items: safe center; min-width: 0; min-height: 0; overflow: auto; }
@media (pointer: coarse) and (orientation: portrait) { main { align-items: start; } }
[hidden] { display: none !important; }
#reader-first { position: fixed; z-index: 20; inset: .5rem auto auto .5rem; }
#reader-first:not(:focus) { width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); }
#notice { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; justify-content: center;
  padding: .75rem 1rem; background: var(--stone); color: var(--ink); border-top: 4px solid var(--flame); }
#notice p { margin: 0; }
#notice .gate { display: none; }
[data-state=calling] #notice, [data-state=unanswered] #notice { position: fixed; z-index: 10; inset: 0;
  flex-flow: column nowrap; gap: 0; justify-content: start; padding: 0 1rem; background: var(--night); border: 0;
  text-align: center; overflow: auto; }
[data-state=calling] #notice .gate, [data-state=unanswered] #notice .gate { display: block; align-self: stretch; flex: none;
  height: 9.375rem; margin: 12vh -1rem 0; border-bottom: 4px solid var(--flame);
  background: var(--gate-shut) center bottom / auto 100% no-repeat; }
[data-state=calling] #notice-text, [data-state=unanswered] #notice-text { padding: 1.5rem 0 .5rem; font-size: 1.25rem; }
#trust { max-width: 36rem; padding-bottom: 1.25rem; color: var(--quiet); }
#bar { display: flex; flex-wrap: wrap; gap: .25rem; padding: .25rem; background: var(--stone);
  border-top: 1px solid var(--edge); color: var(--ink); }
#keys { display: flex; flex: 1 1 15rem; gap: .25rem; }
#keys [data-key=return] { flex-grow: 1.4; }
#keys button { flex: 1 1 0; min-width: 0; min-height: 2.75rem; padding: 0; font-size: .8125rem; touch-action: manipulation; }
#keys button, #open-options { background: transparent; color: var(--ink); border: 1px solid var(--line); font-weight: 600; }
#keys button:hover, #open-options:hover { background: var(--night); }
#keys [aria-pressed=true] { background: var(--flame); color: var(--on-flame); }
#open-options { margin-left: auto; padding: .125rem .75rem; font-size: .8125rem; }
#keys:not([hidden]) + #open-options { flex: 0 1 auto; min-height: 2.75rem; }
#keys:not([hidden]) + #open-options .key { display: none; }
@media (max-width: 32rem) { #bar { gap: .1875rem; } #keys { gap: .1875rem; } #keys button { font-size: .75rem; }
  #keys:not([hidden]) + #open-options { width: 2.5rem; padding: 0; font-size: 0; }
  #keys:not([hidden]) + #open-options::after { content: '\\22ef'; font-size: 1.25rem; } }
#options { width: min(34rem, 100vw - 1rem); max-height: calc(100dvh - 1rem); padding: 1.25rem; overflow: auto;
  background: var(--stone); color: var(--ink); border: 1px solid var(--edge); border-top: 4px solid var(--flame);
  border-radius: 6px; }
#options::backdrop { background: #0009; }
#options h2 { margin: 0; font-size: 1.25rem; }
#options .top { justify-content: space-between; margin: 0 0 .5rem; }
#options button { padding: .375rem .875rem; }
#options label { display: block; margin: .5rem 0; }
#options input { width: 1.25rem; height: 1.25rem; margin: 0 .375rem 0 0; vertical-align: -.25rem; }
#options textarea { width: 100%; background: var(--field); color: var(--ink); border: 1px solid var(--line);
  border-radius: 4px; font: .875rem/1.4 ui-monospace, Menlo, Consolas, monospace; }
#options .row { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; align-items: center; }
#done { min-height: 1.55em; margin: .25rem 0; }
a { color: var(--flame); }
button { padding: .5rem 1.25rem; border: 0; border-radius: 4px; background: var(--flame); color: var(--on-flame); font: inherit;
  font-weight: 700; cursor: pointer; }
button:hover { background: var(--hover); }
a:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid var(--ring);
  outline-offset: 2px; }
#keys button:focus-visible { outline-offset: -3px; }
`.trim();
