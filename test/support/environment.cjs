const { AsyncLocalStorage } = require('node:async_hooks');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');
const { setTimeout: delay } = require('node:timers/promises');
const { TestEnvironment } = require('jest-environment-node');
const countAcrossFiles = require('./coverage.cjs');
const { dependencies } = require('../../package.json');

/** By storage of jest-circus: what it has now. */
const testNow = new WeakMap();
const { run, getStore } = AsyncLocalStorage.prototype;

/**
 * jest-circus 30.5 keeps in an AsyncLocalStorage which test runs, for tests at the same time, of which there are
 * none here. In Node 20 each promise and each event of a file pays for it, and of all files after it in the same
 * worker. A value does for one test at a time.
 */
AsyncLocalStorage.prototype.run = function (store, callback, ...args) {
  if (!testNow.has(this)) {
    if (!/[/\\]jest-circus[/\\]/.test(new Error().stack))
      return run.call(this, store, callback, ...args);
    testNow.set(this, undefined);
  }
  const before = testNow.get(this);
  const leave = () => testNow.set(this, before);
  testNow.set(this, store);
  let result;
  try {
    result = callback(...args);
  } catch (error) {
    leave();
    throw error;
  }
  if (!types.isPromise(result)) {
    leave();
    return result;
  }
  return result.finally(leave);
};
AsyncLocalStorage.prototype.getStore = function () {
  return testNow.has(this) ? testNow.get(this) : getStore.call(this);
};

// A function is optimized after eight times the usual work: code that is optimized in one test file is not in the
// next one, and a fifth of the time went into it.
v8.setFlagsFromString(
  parseInt(process.versions.node) < 22
    ? '--interrupt-budget=540000'
    : '--invocation-count-for-turbofan=24000',
);

const SHARED = new RegExp(`/node_modules/(?:${Object.keys(dependencies).join('|')})/`);
const { compileFunction } = vm;
const scripts = new Map();
/** What the test files of this worker may keep for the next ones: bytes, which hold on to no file's context. */
const keptByWorker = new Map();
/** What the pool's own channel and files in use are called does not match. */
const HANDLE = /^(?:TCP|TLS|UDP|Process|FSEvent|StatWatcher|Timeout|Immediate|MessagePort|Worker)/;
/** How long what a test file closed at its end may take. */
const CLOSING_MS = 10_000;
const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Globals that no test replaces. A module gets them as variables: in the context of a test file each look at a
 * global takes two microseconds, because Node is asked.
 */
const GLOBALS = (
  'AbortController AbortSignal Array ArrayBuffer BigInt Boolean Buffer DataView Date Error Infinity Intl JSON Map ' +
  'Math NaN Number Object Promise RangeError Reflect RegExp Set String Symbol SyntaxError TextDecoder TextEncoder ' +
  'TypeError URL URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet isNaN ' +
  'parseFloat parseInt performance process'
).split(' ');
/** Their values, by context. */
const globals = new WeakMap();

function globalsOf(context) {
  if (!globals.has(context)) globals.set(context, vm.runInContext(`[${GLOBALS}]`, context));
  return globals.get(context);
}

/**
 * Stands in for vm.compileFunction, by which jest compiles each module again for each test file: two thirds
 * of what it costs to load the board.
 *
 * A package that the board depends on is loaded once for a worker, outside of the test files. Another module
 * is compiled once for a worker and run in each test file that loads it, so that none sees another's state.
 */
vm.compileFunction = (source, parameters = [], options = {}) => {
  const { filename, parsingContext } = options;
  if (parameters[0] !== 'module' || parsingContext === undefined)
    return compileFunction(source, parameters, options);
  if (SHARED.test(filename)) return (module) => (module.exports = require(filename));
  if (source.startsWith('#!')) return compileFunction(source, parameters, options);
  const known = scripts.get(filename);
  if (known?.source === source) return runScript(known.script, parsingContext);
  // In parentheses, so that V8 compiles both at once.
  const head = `(function (${GLOBALS}) { return (function (${parameters}) {`;
  const text = `${head}${source}\n}); })`;
  const script = new vm.Script(text, { filename, columnOffset: -head.length });
  scripts.set(filename, { source, script, lengthOfHead: head.length });
  return runScript(script, parsingContext);
};

/** How many characters stand before a module's own in its script; `url` is what V8 calls it. */
function lengthOfHead(url) {
  if (!url.startsWith('file:')) return 0;
  return scripts.get(fileURLToPath(url))?.lengthOfHead ?? 0;
}

function runScript(script, context) {
  return script.runInContext(context)(...globalsOf(context));
}

/** How many of each of these keep the process alive: sockets, servers, child processes, watchers, timers. */
function countHandles() {
  const counts = new Map();
  for (const name of process.getActiveResourcesInfo()) {
    if (HANDLE.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Resolves with what is open beyond `before`, once that is nothing or the time is over. */
async function leftOpen(before) {
  for (const endMs = performance.now() + CLOSING_MS; ; await delay(10)) {
    const left = [...countHandles()]
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)])
      .filter(([, count]) => count > 0);
    if (left.length === 0 || performance.now() > endMs) return left;
  }
}

/** Jest's environment for Node, in which a test file that leaves something open fails. */
module.exports = class Environment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    if (config.globalConfig.collectCoverage) countAcrossFiles(lengthOfHead);
    this.global.keptByWorker = keptByWorker;
    const { Error: ErrorOfFile } = this.global;
    // In a test file as in the program, an error of a shared package or of Node is an Error.
    Object.defineProperty(ErrorOfFile, Symbol.hasInstance, {
      value(it) {
        return isInstance.call(this, it) || (this === ErrorOfFile && types.isNativeError(it));
      },
    });
  }

  async setup() {
    await super.setup();
    this.before = countHandles();
  }

  async teardown() {
    const left = await leftOpen(this.before);
    await super.teardown();
    if (left.length > 0)
      throw new Error(`left open: ${left.map(([name, count]) => `${count} ${name}`).join(', ')}`);
  }
};
