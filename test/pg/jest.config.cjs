const base = require('../../jest.config.cjs');

/** The tests of what is stored, on PostgreSQL: `npm run test:pg` starts a server for them. */
module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/pg/**/*.test.ts',
    '<rootDir>/test/store/**/*.test.ts',
    '<rootDir>/test/auth/**/*.test.ts',
    '<rootDir>/test/mail/**/*.test.ts',
    '<rootDir>/test/race/**/*.test.ts',
    '<rootDir>/test/servers/door-seats.test.ts',
  ],
  testPathIgnorePatterns: [
    '/node_modules/',
    // What is true of an SQLite file only: its journal, its locks, its plans, and boards of ENiGMA½.
    'test/store/(database|old-database|orphans|old-calls|lookups|statements|lost-factors)\\.test',
    // The statements of a sign-in as SQLite's driver gets them, word for word.
    'test/auth/sign-in-cost\\.test',
  ],
  moduleNameMapper: { '(^|/)database-place$': '<rootDir>/test/pg/database-place.ts' },
};
