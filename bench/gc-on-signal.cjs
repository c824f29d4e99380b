// Collects garbage on SIGUSR2, so that memory is compared and not the collector's mood.
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
});
