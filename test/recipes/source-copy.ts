import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const COPIED = ['src', 'misc', 'config', 'art', 'docs', 'test/support', 'package.json'];

/** One change of a file of src/: a new file, or a text that takes the place of one that stands there once. */
export interface Edit {
  /** From src/. */
  readonly file: string;
  /** Undefined for a new file. */
  readonly anchor?: string;
  readonly text: string;
}

export interface Recipe {
  /** First column of its row in docs/architecture.md. */
  readonly change: string;
  /** Most files of src/ that it takes. */
  readonly limit: number;
  readonly edits: readonly Edit[];
}

export interface Output {
  readonly exitCode: number | null;
  readonly out: string;
}

/** Files of src/ that a recipe changes or adds. */
export function filesOf({ edits }: Recipe): readonly string[] {
  return [...new Set(edits.map(({ file }) => file))].sort();
}

/** The second column of a recipe's row in docs/architecture.md. */
export function placeOf({ change }: Recipe): string {
  const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith(`| ${change} | `));
  if (row === undefined) throw new Error(`docs/architecture.md has no row '${change}'`);
  return row.slice(`| ${change} | `.length, -' |'.length);
}

/** The paths that a row names: files, and folders that get a new file. */
export function pathsIn(place: string): readonly string[] {
  return [...place.matchAll(/`((?:[\w-]+\/)+(?:[\w-]+\.ts)?)`/g)].map(([, path = '']) => path);
}

/** Anchors of a recipe that do not stand once in their file: what they are to change is elsewhere by now. */
export function anchorsWithoutPlace({ edits }: Recipe): readonly string[] {
  return edits.flatMap(({ file, anchor }) => {
    if (anchor === undefined) return existsSync(join(ROOT, 'src', file)) ? [file] : [];
    const times = readFileSync(join(ROOT, 'src', file), 'utf8').split(anchor).length - 1;
    return times === 1 ? [] : [`${file} has ${times} times ${JSON.stringify(anchor)}`];
  });
}

/** A copy of the program in which recipes are carried out. */
export class SourceCopy {
  private constructor(readonly path: string) {}

  static async make(recipes: readonly Recipe[]): Promise<SourceCopy> {
    const copy = new SourceCopy(await mkdtemp(join(tmpdir(), 'sallyport-recipes-')));
    for (const name of [...COPIED, 'tsconfig.json'])
      await cp(join(ROOT, name), join(copy.path, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy.path, 'node_modules'));
    for (const edit of recipes.flatMap(({ edits }) => edits)) await copy.apply(edit);
    return copy;
  }

  /** Types are checked; nothing is written where they are wrong. */
  async build(): Promise<Output> {
    return this.run('node_modules/typescript-7/bin/tsc', '-p', '.', '--noEmitOnError');
  }

  /** Runs a script of the copy to its end. */
  async run(...args: readonly string[]): Promise<Output> {
    const child = this.spawn(args);
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const exitCode = await new Promise<number | null>((ended) => child.once('close', ended));
    return { exitCode, out };
  }

  spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, args, {
      cwd: this.path,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
  }

  has(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8');
  }

  async write(name: string, text: string): Promise<void> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  private async apply({ file, anchor, text }: Edit): Promise<void> {
    const name = join('src', file);
    if (anchor === undefined) {
      if (existsSync(join(this.path, name))) throw new Error(`${file} is there already`);
      return this.write(name, text);
    }
    const parts = (await this.read(name)).split(anchor);
    if (parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} times ${JSON.stringify(anchor)}`);
    return this.write(name, parts.join(text));
  }
}
