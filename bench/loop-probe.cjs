// Says on SIGUSR2 how long the event loop stood still at most since the last time. Time in which the machine ran
// something else on both cores is not counted (Linux: proc(5), schedstat).
const { openSync, readSync } = require('node:fs');

const bytes = Buffer.alloc(128);
const stat = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const waitedMs = () => {
  const length = readSync(stat, bytes, 0, bytes.length, 0);
  return Number(bytes.toString('latin1', 0, length).split(' ')[1]) / 1e6;
};

let longestMs = 0;
let last = performance.now();
let waited = waitedMs();
setInterval(() => {
  const now = performance.now();
  const nowWaited = waitedMs();
  longestMs = Math.max(longestMs, now - last - (nowWaited - waited));
  last = now;
  waited = nowWaited;
}, 1).unref();

process.on('SIGUSR2', () => {
  process.stdout.write(`${JSON.stringify({ stallMs: longestMs })}\n`);
  longestMs = 0;
});
