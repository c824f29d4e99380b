import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { QuotedTests } from '../support/security-rows';
import type { Mutant } from './mutant';

const ROOT = resolve(__dirname, '..', '..');
const PARTS = ['src', 'test', 'art', 'config', 'misc', 'docs', 'package.json', 'tsconfig.json'];
const BUILD_MS = 120_000;
/** A mutant may make a test wait for ever. */
const MOST_MS = 180_000;

const run = promisify(execFile);

/** What jest's --json says, as far as it is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not even be loaded. */
  readonly numRuntimeErrorTestSuites: number;
}

/** What came of the tests of one mutant. */
export type Outcome =
  | { readonly kind: 'killed'; readonly failed: number; readonly seconds: number }
  | { readonly kind: 'survived'; readonly passed: number; readonly seconds: number }
  /** Nothing was shown: it does not compile, no test ran, or a file could not be loaded. */
  | { readonly kind: 'void'; readonly why: string };

/** A copy of the checkout in which the source may be broken; the checkout itself stays as it is. */
export class Workshop {
  private constructor(private readonly folder: string) {}

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-mutants-'));
    for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, 'data'));
    return new Workshop(folder);
  }

  /** Breaks the source, builds it, runs the tests, and mends it again. */
  async judge(mutant: Mutant, tests: readonly QuotedTests[]): Promise<Outcome> {
    const file = join(this.folder, mutant.file);
    const source = await readFile(file, 'utf8');
    const parts = source.split(mutant.find);
    if (parts.length !== 2)
      return { kind: 'void', why: `${mutant.file} has '${mutant.find}' ${parts.length - 1} times` };
    await writeFile(file, parts.join(mutant.put));
    try {
      const broken = await this.build();
      return broken === undefined ? await this.test(tests) : { kind: 'void', why: broken };
    } finally {
      await writeFile(file, source);
    }
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private async build(): Promise<string | undefined> {
    const compiler = join('node_modules', 'typescript-7', 'bin', 'tsc');
    const options = { cwd: this.folder, timeout: BUILD_MS };
    try {
      await run(process.execPath, [compiler, '-p', 'tsconfig.json'], options);
      return undefined;
    } catch (error) {
      return `it does not compile: ${(error as { readonly stdout?: string }).stdout ?? String(error)}`;
    }
  }

  private async test(tests: readonly QuotedTests[]): Promise<Outcome> {
    const report = join(this.folder, 'data', 'report.json');
    await rm(report, { force: true });
    const startedMs = performance.now();
    const names = tests.flatMap((quoted) => quoted.names.map(namePattern));
    const jest = join('node_modules', 'jest', 'bin', 'jest.js');
    const all = ['--testPathIgnorePatterns', '/node_modules/', '--json', '--outputFile', report];
    const what = ['--testNamePattern', names.join('|'), '--runTestsByPath', ...paths(tests)];
    // It fails where a test fails, which is what is hoped for; the report says which.
    await run(process.execPath, [jest, '--runInBand', '--silent', ...all, ...what], {
      cwd: this.folder,
      timeout: MOST_MS,
      maxBuffer: 64 * 1024 * 1024,
    }).catch(() => undefined);
    const seconds = (performance.now() - startedMs) / 1000;
    const text = await readFile(report, 'utf8').catch(() => undefined);
    // No report: the tests did not end within their time, so they notice that something is wrong.
    if (text === undefined) return { kind: 'killed', failed: 1, seconds };
    return judgement(JSON.parse(text) as JestReport, seconds);
  }
}

function judgement(report: JestReport, seconds: number): Outcome {
  const { numPassedTests: passed, numFailedTests: failed } = report;
  if (report.numRuntimeErrorTestSuites > 0 && failed === 0)
    return { kind: 'void', why: 'a test file could not be loaded' };
  if (failed > 0) return { kind: 'killed', failed, seconds };
  if (passed === 0) return { kind: 'void', why: 'no test has any of the names' };
  return { kind: 'survived', passed, seconds };
}

function paths(tests: readonly QuotedTests[]): readonly string[] {
  return [...new Set(tests.map(({ file }) => file))];
}

/** A name of `test.each` has placeholders, which stand for any text. */
function namePattern(name: string): string {
  return name
    .split(/%[a-z#]|\$[a-zA-Z.]+/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
