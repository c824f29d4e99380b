// Says on SIGUSR2 how long the event loop stood still at most since the last time. Time in which the machine ran
// something else on both cores is not counted (Linux: proc(5), schedstat), neither for the event loop nor, while it
// waits for them, for the threads that collect with it.
const { openSync, readdirSync, readSync } = require('node:fs');

const bytes = Buffer.alloc(128);
const open = (thread) => openSync(`/proc/self/task/${thread}/schedstat`, 'r');
/** Milliseconds for which a thread has run, and for which it could have run. */
const readTimes = (stat) => {
  const length = readSync(stat, bytes, 0, bytes.length, 0);
  const [ran, waited] = bytes.toString('latin1', 0, length).split(' ');
  return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
};

const own = open(process.pid);
// Those that are there before the program begins: V8's.
const helpers = readdirSync('/proc/self/task')
  .filter((thread) => thread !== String(process.pid))
  .map(open);
const look = () => ({
  atMs: performance.now(),
  ...readTimes(own),
  helpers: helpers.map((helper) => readTimes(helper).waitedMs),
});

let longestMs = 0;
let last = look();
setInterval(() => {
  const now = look();
  const wallMs = now.atMs - last.atMs;
  const waitedMs = now.waitedMs - last.waitedMs;
  const heldUpMs = Math.max(0, wallMs - waitedMs - (now.ranMs - last.ranMs));
  const helpedLateMs = Math.max(0, ...now.helpers.map((ms, at) => ms - last.helpers[at]));
  longestMs = Math.max(longestMs, wallMs - waitedMs - Math.min(heldUpMs, helpedLateMs));
  last = now;
}, 1).unref();

process.on('SIGUSR2', () => {
  process.stdout.write(`${JSON.stringify({ stallMs: longestMs })}\n`);
  longestMs = 0;
});
