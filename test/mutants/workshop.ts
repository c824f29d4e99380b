import { transform } from '@swc/core';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { QuotedTests } from '../support/security-rows';
import { breakSource, type Mutant } from './mutant';

const ROOT = resolve(__dirname, '..', '..');
const PARTS = ['src', 'dist', 'test', 'art', 'config', 'misc', 'docs'];
const FILES = ['package.json', 'tsconfig.json', 'jest.config.cjs'];
const MUTANT_MS = 180_000;
/** A mutant may make a test wait for what never comes: so much longer than its whole file takes without. */
const PATIENCE_MS = 5_000;
const UNBROKEN_MS = 600_000;

const run = promisify(execFile);

/** What jest's --json says, as far as it is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that ended before their tests did. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** Milliseconds. */
      readonly duration?: number | null;
    }[];
  }[];
}

/** What came of the tests of one mutant. */
export type Outcome =
  | { readonly kind: 'killed'; readonly seconds: number }
  | { readonly kind: 'survived' }
  /** Nothing was shown: no test ran. */
  | { readonly kind: 'void'; readonly why: string };

/** What tests do while nothing is broken. */
export interface Unbroken {
  /** Those that fail all the same: what they do with a mutant shows nothing. */
  readonly failing: readonly string[];
  /** How long each file takes, by its path from the root of the checkout, and each test, by that and its full name. */
  readonly tookMs: ReadonlyMap<string, number>;
}

/** A copy of the checkout in which the source may be broken; the checkout itself stays as it is. */
export class Workshop {
  private constructor(private readonly folder: string) {}

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-mutants-'));
    for (const part of [...PARTS, ...FILES])
      await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, 'data'));
    return new Workshop(folder);
  }

  async testUnbroken(tests: readonly QuotedTests[]): Promise<Unbroken> {
    if (tests.length === 0) return { failing: [], tookMs: new Map() };
    const report = await this.test(tests, { mostMs: UNBROKEN_MS });
    const results = report?.testResults ?? [];
    const failing = results.flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (assertionResults.length === 0) return [`${name}: ${message}`];
      return failed.map(({ fullName }) => `${name}: ${fullName}`);
    });
    return {
      failing: report === undefined ? ['the tests do not end in ten minutes'] : failing,
      tookMs: new Map(
        results.flatMap(({ name, startTime, endTime, assertionResults }) => {
          const file = relative(this.folder, name);
          const tests = assertionResults.map(
            ({ fullName, duration }) => [`${file} ${fullName}`, duration ?? 0] as const,
          );
          return [[file, endTime - startTime] as const, ...tests];
        }),
      ),
    };
  }

  /** Breaks source and program, runs the tests, and mends both again. */
  async judge(
    mutant: Mutant,
    tests: readonly QuotedTests[],
    tookMs: Unbroken['tookMs'],
  ): Promise<Outcome> {
    const slowestMs = Math.max(0, ...tests.map(({ file }) => tookMs.get(file) ?? 0));
    // For environment.cjs.
    await writeFile(join(this.folder, 'data', 'times.json'), JSON.stringify([...tookMs]));
    const startedMs = performance.now();
    const mend = await breakSource(this.folder, mutant);
    try {
      await this.build(mutant.file);
      const report = await this.test(tests, { mostMs: MUTANT_MS, testMs: slowestMs + PATIENCE_MS });
      const seconds = (performance.now() - startedMs) / 1000;
      // Tests that do not end notice that something is wrong.
      return report === undefined ? { kind: 'killed', seconds } : judgement(report, seconds);
    } finally {
      await mend();
      await this.build(mutant.file);
    }
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** The one file that is another one now, for tests that start the program itself. */
  private async build(file: string): Promise<void> {
    const source = await readFile(join(this.folder, file), 'utf8');
    const { code } = await transform(source, {
      filename: file,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
    });
    const built = file.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');
    await writeFile(join(this.folder, built), code);
  }

  /** undefined where the tests did not end in time. */
  private async test(
    tests: readonly QuotedTests[],
    limits: { readonly mostMs: number; readonly testMs?: number },
  ): Promise<JestReport | undefined> {
    const report = join(this.folder, 'data', 'report.json');
    await rm(report, { force: true });
    const names = tests.flatMap((quoted) => quoted.names.map(namePattern));
    const { mostMs, testMs } = limits;
    const failFast = ['--env', join(this.folder, 'test', 'mutants', 'environment.cjs')];
    const once = testMs === undefined ? [] : [...failFast, '--testTimeout', String(testMs)];
    const jest = [
      join('node_modules', 'jest', 'bin', 'jest.js'),
      // A board that a failing test leaves behind must not be waited for.
      ...['--runInBand', '--silent', '--forceExit', '--json', '--outputFile', report, ...once],
      ...['--cacheDirectory', join(this.folder, 'data', 'jest')],
      ...['--testPathIgnorePatterns', '/node_modules/'],
      ...['--testNamePattern', names.join('|')],
      ...['--runTestsByPath', ...new Set(tests.map(({ file }) => file))],
    ];
    const options = { cwd: this.folder, timeout: mostMs, maxBuffer: 64 * 1024 * 1024 };
    try {
      await run(process.execPath, jest, options);
    } catch (error) {
      // It fails where a test fails, and the report says which.
      if ((error as { readonly killed?: boolean }).killed === true) return undefined;
      if (!existsSync(report)) throw error;
    }
    return JSON.parse(await readFile(report, 'utf8')) as JestReport;
  }
}

function judgement(report: JestReport, seconds: number): Outcome {
  const { numPassedTests: passed, numFailedTests: failed } = report;
  // It compiles, and its tests pass without it: where a file ends before its tests do, it is why.
  if (failed > 0 || report.numRuntimeErrorTestSuites > 0) return { kind: 'killed', seconds };
  if (passed === 0) return { kind: 'void', why: 'no test has any of the names' };
  return { kind: 'survived' };
}

/** A name of `test.each` has placeholders, which stand for any text. */
function namePattern(name: string): string {
  return name
    .split(/%[a-z#]|\$[a-zA-Z.]+/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
