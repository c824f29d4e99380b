const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

const used = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...args) {
  used.add(this);
  return run.apply(this, args);
};

/**
 * Jest's environment for Node, which leaves nothing switched on behind a test file. jest-circus 30.5 makes an
 * AsyncLocalStorage for each file and never disables it, so that in Node 20 each promise of a later file pays
 * for all files before it in the same worker: twenty times its cost after eighty files.
 */
module.exports = class Environment extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
};
