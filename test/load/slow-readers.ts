import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { PASSWORD, signIn } from '../support/sign-in';
import { Crowd } from './crowd';
import { atScale, MemoryPeak, MIB, mib, newDataDir, until, type Part } from './part';

const READERS = 1_000;
const MAX_MIB = 256;
const IAC_AYT = [255, 246];
/** Answered with four times its size, and typed keys that move the bar of a menu. */
const ASKED = Buffer.concat([
  Buffer.from(Array.from({ length: 64 * 1024 }, (_, at) => IAC_AYT[at % 2] ?? 0)),
  Buffer.from('\x1b[B\x1b[A'.repeat(4_000)),
]);

export const slowReaders: Part = {
  name: 'slow-readers',
  promise: 'a thousand callers who read nothing cost bounded memory, and are cut off (F9)',
  async run(scene) {
    const dataDir = newDataDir('slow-readers');
    const board = await BoardProcess.start({
      dataDir,
      config: { security: { earlyDrop: '50000:1:60000' } },
    });
    const backend = await openBackOffice(dataDir);
    await backend.addAccount('joe', PASSWORD);
    const crowd = new Crowd();
    try {
      const readers = await crowd.join(board.port('telnet'), atScale(scene, READERS));
      await Promise.all(readers.map((reader) => reader.hears('Sign in')));
      const memory = new MemoryPeak(board);
      for (const { socket } of readers) socket.pause();
      // As often as the kernels' own buffers need to be full: they take some megabytes for each.
      const asking = setInterval(() => {
        for (const { socket } of readers) if (socket.writableLength === 0) socket.write(ASKED);
      }, 250);
      const startedMs = performance.now();
      const caller = await board.telnet();
      await signIn(caller, 'joe');
      await caller.sees('Both doors are open.');
      scene.say(`a sign-in meanwhile: ${(performance.now() - startedMs).toFixed(0)} ms`);
      caller.hangUp();
      // A paused socket hears nothing, not even that it was cut off; its writes do.
      const gone = await until(() => crowd.open === 0, 180_000);
      clearInterval(asking);
      const more = memory.stop();
      scene.say(
        `${readers.length} readers who read nothing: ${mib(memory.beforeBytes)} before, ` +
          `${mib(more)} more at the most, all cut off within ` +
          `${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
      );
      if (!gone) scene.broken(`${crowd.open} are still there`);
      if (more > MAX_MIB * MIB) scene.broken(`more than ${MAX_MIB} MiB`);
    } finally {
      crowd.disperse();
      await backend.close();
      await board.end('SIGTERM');
      removeBoardFiles(dataDir);
    }
  },
};
