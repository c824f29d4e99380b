const { Session } = require('node:inspector/promises');

const runtime = require.resolve('jest-runtime', { paths: [require.resolve('jest')] });
const { CoverageInstrumenter } = require(
  require.resolve('collect-v8-coverage', { paths: [runtime] }),
);

/**
 * Lets a worker compile each module once in a run with coverage as well.
 *
 * V8 counts in a script only if it counts when the script is compiled, so that it counts from the first test file
 * of a worker to its end, and what it has counted is taken at the end of each. Jest starts and stops it for each.
 *
 * `lengthOfHead(path)` is the number of characters before a module's own in its script.
 */
module.exports = function countAcrossFiles(lengthOfHead) {
  let session;
  CoverageInstrumenter.prototype.startInstrumenting = async () => {
    if (session !== undefined) return;
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  };
  CoverageInstrumenter.prototype.stopInstrumenting = async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result.map((script) => withoutHead(script, lengthOfHead(script.url)));
  };
};

function withoutHead(script, length) {
  if (length === 0) return script;
  const functions = script.functions
    .map((it) => ({ ...it, ranges: it.ranges.map((range) => shifted(range, length)) }))
    .filter(({ ranges }) => ranges[0].endOffset > ranges[0].startOffset);
  return { ...script, functions };
}

function shifted({ startOffset, endOffset, count }, length) {
  return {
    startOffset: Math.max(0, startOffset - length),
    endOffset: Math.max(0, endOffset - length),
    count,
  };
}
