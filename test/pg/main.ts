import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Cluster, findServer, SERVERS } from './cluster';

const ROOT = join(__dirname, '..', '..');

function main(): number {
  if (findServer() === undefined) {
    process.stderr.write(`there is no PostgreSQL in ${SERVERS}: apt-get install postgresql\n`);
    return process.env['SALLYPORT_ALL_POSTGRES'] === undefined ? 0 : 1;
  }
  const cluster = Cluster.start();
  try {
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    const given = process.argv.slice(2);
    const config = given.includes('--config')
      ? []
      : ['--config', join(__dirname, 'jest.config.cjs')];
    const { status } = spawnSync(process.execPath, [jest, ...config, ...given], {
      stdio: 'inherit',
      cwd: ROOT,
      env: { ...process.env, SALLYPORT_TEST_POSTGRES: cluster.folder },
    });
    return status ?? 1;
  } finally {
    cluster.remove();
  }
}

process.exitCode = main();
