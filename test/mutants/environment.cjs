const Environment = require('../support/environment.cjs');

/** Ours, which leaves out the other tests of a file once one has failed: of a mutant, one is enough. */
module.exports = class FailFastEnvironment extends Environment {
  failed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_start' && this.failed) test.mode = 'skip';
    if (name === 'test_done' && test.errors.length > 0) this.failed = true;
  }
};
