const base = require('../../jest.config.cjs');

/** Several processes of a board on one PostgreSQL: `npm run test:nodes` starts a server for them. */
module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/nodes/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
