module.exports = {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need other programs, root, or minutes; each has a command of its own.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/clients/',
    '<rootDir>/test/race/',
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
  maxWorkers: 3,
  testTimeout: 60000,
  // A worker that is told to end emits `exit` within 60 ms, with nothing open: test/support/environment.cjs
  // fails the test file that leaves anything. The operating system then takes 0.3 s for 200 MB of memory and
  // over half a second for 380 MB, on a busy machine; jest waits for half a second and calls that a leak.
  workerGracefulExitTimeout: 10000,
};
