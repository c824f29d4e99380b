// Lets a child process of a test run our TypeScript as it is: node --require test/support/ts-hook.cjs
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const Module = require('node:module');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};

// Where the tests run on PostgreSQL, so does a child process of theirs (test/pg/jest.config.cjs).
if (process.env.SALLYPORT_TEST_POSTGRES !== undefined) {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) =>
    /(^|\/)database-place$/.test(request)
      ? require.resolve('../pg/database-place.ts')
      : resolve(request, ...rest);
}
