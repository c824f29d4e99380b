#!/usr/bin/env node
import { escapeUnseen } from '../base/unseen';
import { TerminalIo } from './terminal-io';
import { runOputil } from './program';

// Argon2, files and SQLite share libuv's pool.
process.env.UV_THREADPOOL_SIZE ??= '8';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A pipe that is closed early (`| head`) is no failure; a full disk is one.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`oputil: cannot write the result: ${error.message}\n`);
  process.exit(1);
});

const io = new TerminalIo(process.stdin, process.stdout, process.stderr, process.env);

runOputil(process.argv.slice(2), io).then(
  (exitCode) => io.finish(() => process.exit(exitCode)),
  (error: unknown) => {
    process.stderr.write(`oputil: ${escapeUnseen(String(error), '\n')}\n`);
    process.exit(1);
  },
);
