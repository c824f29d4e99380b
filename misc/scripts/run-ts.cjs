// Runs a TypeScript script of ours: node misc/scripts/run-ts.cjs FILE [ARGUMENTS]
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
const { transformSync } = require('@swc/core');

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};

const [, , script, ...rest] = process.argv;
process.argv = [process.argv[0], resolve(script), ...rest];
require(resolve(script));
