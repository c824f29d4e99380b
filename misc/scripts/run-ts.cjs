// Runs a TypeScript script of ours: node misc/scripts/run-ts.cjs FILE [ARGUMENTS]
const { resolve } = require('node:path');
require('../../test/support/ts-hook.cjs');

const [, , script, ...rest] = process.argv;
process.argv = [process.argv[0], resolve(script), ...rest];
require(resolve(script));
