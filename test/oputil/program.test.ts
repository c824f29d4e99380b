import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { VERSION } from '../../src/base/version';
import { TerminalIo } from '../../src/oputil/terminal-io';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.openEmpty();
});

afterEach(() => shell.close());

describe('the command line', () => {
  test('help and version are printed and count as fine', async () => {
    for (const flag of ['-h', '--help']) {
      const { exitCode, out, err } = await shell.try(flag);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
      expect(out).toContain('Exit codes: 0 fine, 1 failure, 2 wrong usage, 78 bad configuration.');
    }
    expect(await shell.run('-v')).toBe(`${VERSION}\n`);
    expect(await shell.run('--version')).toBe(`${VERSION}\n`);
  });

  test('every verb has help within 80 columns, with defaults that can be read', async () => {
    const alone = ['audit', 'backup', 'doctor', 'export'];
    const nouns = 'user key ban mail node menu texts config database import invite oneliner'.split(
      ' ',
    );
    const pages = [['--help'], ...alone.map((verb) => [verb, '-h'])];
    for (const noun of nouns) {
      const page = await shell.run(noun, '--help');
      pages.push([noun, '--help']);
      for (const [, verb] of page.matchAll(/^ {2}([a-z0-9][a-z0-9-]+)/gm)) {
        if (verb !== undefined && verb !== 'help') pages.push([noun, verb, '--help']);
      }
    }
    expect(pages.length).toBeGreaterThan(35);
    for (const words of pages) {
      const page = await shell.run(...words);
      expect({ words, long: page.split('\n').filter((line) => line.length > 80) }).toEqual({
        words,
        long: [],
      });
      // An empty text or an object is no default that says anything.
      expect(page.replaceAll(/\s+/g, ' ')).not.toMatch(/default: (""|\{)/);
    }
  });

  test.each([
    [[], 'Usage: oputil'],
    [['usr', 'list'], 'Did you mean user?'],
    [['user', 'lst'], 'Did you mean list?'],
    [['user', 'info'], "missing required argument 'user'"],
    [['user', 'list', '--srt', 'id'], 'Did you mean --sort?'],
    [['user', 'info', 'a', 'b'], 'too many arguments'],
  ])('%j is wrong usage', async (args, text) => {
    const { exitCode, out, err } = await shell.try(...args);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(text);
  });

  test('global options may stand before or after the verb', async () => {
    await shell.run('user', 'add', 'joe', '--password', PASSWORD);
    const before = await shell.run('--json', 'user', 'list');
    expect(await shell.run('user', '--json', 'list')).toBe(before);
    expect(await shell.run('user', 'list', '--json')).toBe(before);
    expect(JSON.parse(before)).toHaveLength(2);
    const elsewhere = join(shell.folder, 'elsewhere');
    const { err } = await shell.try('user', 'list', '--data', elsewhere);
    expect(err).toContain(`there is no database in ${elsewhere}`);
  });

  test('a mistyped --data makes nothing', async () => {
    await shell.try('user', 'list');
    await expect(stat(shell.dataDir)).rejects.toThrow('ENOENT');
  });

  test('a board that is not there is bad configuration, with the next step', async () => {
    const { exitCode, err } = await shell.try('--board', '/no/board', 'user', 'list');
    expect(exitCode).toBe(78);
    expect(err).toContain("'sallyport init /no/board' makes one");
  });
});

/** A terminal made of pipes: what is typed goes in, and all that is shown comes out. */
class Tty {
  readonly input = Object.assign(new PassThrough(), { isTTY: true }) as unknown as ReadStream;
  shown = '';
  readonly io = new TerminalIo(this.input, this.screen(true), this.screen(false), {});

  type(text: string): void {
    (this.input as unknown as Writable).write(text);
  }

  private screen(isTTY: boolean): WriteStream {
    const stream = Object.assign(new PassThrough(), { isTTY });
    stream.on('data', (bytes: Buffer) => (this.shown += bytes.toString('utf8')));
    return stream as unknown as WriteStream;
  }
}

describe('a person at the terminal', () => {
  test('sees his answers but not his secrets, and may correct both', async () => {
    const tty = new Tty();
    expect(tty.io.interactive).toBe(true);
    expect(tty.io.colors).toBe(true);
    const name = tty.io.readLine('Name: ');
    tty.type('jx\u007foe\r');
    expect(await name).toBe('joe');
    const secret = tty.io.readLine('Password: ', true);
    tty.type('hunter3\u007f2\r');
    expect(await secret).toBe('hunter2');
    const last = tty.io.readLine('Again: ', true);
    tty.type('hunter2\r');
    expect(await last).toBe('hunter2');
    expect(tty.shown).toContain('Name: ');
    expect(tty.shown).toContain('Password: \nAgain: \n');
    expect(tty.shown).not.toContain('hunter');
  });

  test('a pipe is read line by line, and gives nothing at its end', async () => {
    const input = new PassThrough() as unknown as ReadStream;
    const screen = new PassThrough() as unknown as WriteStream;
    const io = new TerminalIo(input, screen, screen, {});
    (input as unknown as PassThrough).end('one\ntwo\r\nthree');
    const lines = [];
    for (let count = 0; count < 4; count++) lines.push(await io.readLine('Line: '));
    expect(lines).toEqual(['one', 'two', 'three', '']);
    expect(io.interactive).toBe(false);
  });
});
