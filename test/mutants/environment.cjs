const { readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const Environment = require('../support/environment.cjs');

/** Jest loads this file once for a run, which has one mutant. */
let hasFailed = false;

/** By file and name, how long each test takes in the source that nothing breaks; what workshop.ts writes. */
const usualMs = new Map(
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'data', 'times.json'), 'utf8')),
);
/** A test that waits for what a mutant keeps from coming need not wait longer. */
const PATIENCE_MS = 4000;

/** Ours, which leaves out all other tests once one has failed: one is enough to notice a mutant. */
module.exports = class FailFastEnvironment extends Environment {
  constructor(config, context) {
    super(config, context);
    this.file = relative(config.projectConfig.rootDir, context.testPath);
  }

  setup() {
    // Before the file is loaded, with the program that it tests.
    if (hasFailed) throw new Error('left out: a test has failed');
    return super.setup();
  }

  handleTestEvent({ name, test }) {
    if (name === 'test_start') {
      if (hasFailed) test.mode = 'skip';
      const tookMs = usualMs.get(`${this.file} ${fullName(test)}`);
      if (tookMs !== undefined) test.timeout = 3 * tookMs + PATIENCE_MS;
    }
    if (name === 'test_done' && test.errors.length > 0) hasFailed = true;
  }
};

/** As jest's report has it. */
function fullName({ name, parent }) {
  return parent.parent === undefined ? name : `${fullName(parent)} ${name}`;
}
