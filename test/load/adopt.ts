import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeBoardFiles } from '../support/board-process';
import { atScale, MIB, mib, newDataDir, type Part } from './part';
import { fill } from './upgrade';

const ACCOUNTS = 100_000;
const FURTHER_PROPERTIES = 20;
const MAX_CPU_S = 60;
const MAX_RSS_BYTES = 512 * MIB;
const DIST = join(__dirname, '..', '..', 'dist');

export const adopt: Part = {
  name: 'adopt',
  promise: 'an ENiGMA½ board of 100,000 accounts is adopted, and its first start takes them over',
  async run(scene) {
    const dataDir = newDataDir('adopt');
    const folder = dirname(dataDir);
    const old = join(folder, 'enigma-bbs');
    const count = atScale(scene, ACCOUNTS);
    for (const each of ['config', 'art', 'db']) mkdirSync(join(old, each), { recursive: true });
    writeFileSync(join(old, 'config', 'config.hjson'), '{ general: { boardName: "Old" } }');
    await fill(join(old, 'db', 'user.sqlite3'), count, FURTHER_PROPERTIES);
    const made = join(folder, 'myboard');
    const steps = [
      { what: 'adopt', args: [join(DIST, 'main.js'), 'adopt', old, made] },
      {
        what: 'the first start',
        args: [join(DIST, 'oputil', 'main.js'), '--board', made, 'user', 'info', 'caller 1'],
      },
    ];
    for (const { what, args } of steps) {
      const { exitCode, cpuS, rssBytes, seconds } = await measure(folder, args);
      scene.say(
        `${what}: ${count} accounts with ${6 + FURTHER_PROPERTIES} properties each, ${cpuS.toFixed(1)} s ` +
          `of CPU, ${seconds.toFixed(1)} s by the clock, ${mib(rssBytes)}`,
      );
      if (exitCode !== 0) scene.broken(`${what} ended with ${String(exitCode)}`);
      if (cpuS > MAX_CPU_S) scene.broken(`${what} took more than ${MAX_CPU_S} s of CPU`);
      if (rssBytes > MAX_RSS_BYTES) scene.broken(`${what} took more than ${mib(MAX_RSS_BYTES)}`);
    }
    removeBoardFiles(dataDir);
  },
};

/** Runs a program of ours to its end, which writes what it used. */
async function measure(folder: string, args: readonly string[]) {
  const used = join(folder, 'used.json');
  const preload = join(folder, 'used.cjs');
  writeFileSync(
    preload,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(used)},
      JSON.stringify(process.resourceUsage())));`,
  );
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--require', preload, ...args], { stdio: 'ignore' });
  const exitCode = await new Promise((resolve) => child.once('exit', resolve));
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
    readFileSync(used, 'utf8'),
  ) as NodeJS.ResourceUsage;
  return {
    exitCode,
    seconds: (performance.now() - startedMs) / 1000,
    cpuS: (userCPUTime + systemCPUTime) / 1_000_000,
    rssBytes: maxRSS * 1024,
  };
}
