// Of a worker's time a tenth went into collecting young objects: each test file loads the program anew. Jest
// starts its workers with the arguments of this process.
process.execArgv.push('--min-semi-space-size=16', '--max-semi-space-size=64');

module.exports = {
  globalSetup: '<rootDir>/test/support/memory-folder.cjs',
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  setupFiles: ['<rootDir>/test/support/wrong-codes.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need other programs, root, or minutes; each has a command of its own.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/clients/',
    '<rootDir>/test/programs/',
    '<rootDir>/test/race/',
    '<rootDir>/test/pg/',
    '<rootDir>/test/nodes/',
    '<rootDir>/test/faults/',
    '<rootDir>/test/enigma/',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: true,
      },
    ],
  },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['json-summary'],
  coverageDirectory: 'data/coverage',
  // A package that the board depends on is shared by the test files of a worker; so a spy on it ends with its test.
  restoreMocks: true,
  // Twice as many as the cores of a small machine: a third of a worker's time goes into waiting for sockets.
  maxWorkers: 4,
  testTimeout: 60000,
  // A worker that is told to end emits `exit` within 150 ms, with nothing open: test/support/environment.cjs
  // fails the test file that leaves anything. Its memory then takes 0.3 s to go where that is 200 MB, and 0.8 s
  // for 350 MB (test/oputil, two busy cores); jest waits for half a second and then calls it a leak.
  workerGracefulExitTimeout: 10000,
};
