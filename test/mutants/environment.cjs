const Environment = require('../support/environment.cjs');

/** Jest loads this file once for a run, which has one mutant. */
let hasFailed = false;

/** Ours, which leaves out all other tests once one has failed: one is enough to notice a mutant. */
module.exports = class FailFastEnvironment extends Environment {
  handleTestEvent({ name, test }, { rootDescribeBlock }) {
    if (name === 'run_start' && hasFailed) leaveOut(rootDescribeBlock);
    if (name === 'test_start' && hasFailed) test.mode = 'skip';
    if (name === 'test_done' && test.errors.length > 0) hasFailed = true;
  }
};

/** Before anything is run, so that no hook starts a board for nothing. */
function leaveOut({ children }) {
  for (const child of children) {
    if (child.type === 'test') child.mode = 'skip';
    else leaveOut(child);
  }
}
