import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { PASSWORD, signIn } from '../support/sign-in';
import { Crowd, type Member } from './crowd';
import { atScale, MemoryPeak, mib, newDataDir, quantile, until, type Part } from './part';

const EACH = 2_000;
/** Short, so that its end is seen; the stock one is 120. */
const GRACE_S = 30;
const LOGINS = 20;
const MAX_LOGIN_MS = 3_000;
const SERVERS = ['telnet', 'ssh', 'https', 'wss'] as const;
/** How each server's clients begin, a byte a second. */
const OPENINGS: Readonly<Record<(typeof SERVERS)[number], Buffer>> = {
  telnet: Buffer.alloc(200, 'x'),
  ssh: Buffer.from(`SSH-2.0-${'x'.repeat(200)}`),
  https: Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, ...Buffer.alloc(200, 7)]),
  wss: Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, ...Buffer.alloc(200, 7)]),
};

export const slowSockets: Part = {
  name: 'slow-sockets',
  promise: 'silent and dripping sockets keep nobody out, and are gone when their time is over (L5)',
  async run(scene) {
    const dataDir = newDataDir('slow-sockets');
    const board = await BoardProcess.start({
      dataDir,
      config: {
        // The early drop would keep nearly all of them out; here it is the limits behind it that count.
        security: { earlyDrop: '50000:1:60000' },
        users: { loginGraceSeconds: GRACE_S },
        loginServers: { webSocket: { wss: { enabled: true, port: 0 } } },
      },
    });
    const backend = await openBackOffice(dataDir);
    await backend.addAccount('joe', PASSWORD);
    const crowd = new Crowd();
    const memory = new MemoryPeak(board);
    const byServer = new Map<string, readonly Member[]>();
    const dripping: { readonly member: Member; readonly opening: Buffer }[] = [];
    let at = 0;
    const drip = setInterval(() => {
      for (const { member, opening } of dripping)
        if (!member.closed) member.socket.write(opening.subarray(at, at + 1));
      at += 1;
    }, 1_000);
    try {
      const each = atScale(scene, EACH);
      const startedMs = performance.now();
      for (const server of SERVERS) {
        const port = board.port(server);
        byServer.set(`${server}, silent`, await crowd.join(port, each));
        const droppers = await crowd.join(port, each);
        byServer.set(`${server}, dripping`, droppers);
        dripping.push(...droppers.map((member) => ({ member, opening: OPENINGS[server] })));
      }
      const joinedMs = performance.now();
      await delay(500);
      scene.say(
        `${each} silent and ${each} dripping on each of four ports, there within ` +
          `${((joinedMs - startedMs) / 1000).toFixed(1)} s; ${crowd.open} held at once`,
      );
      const loginsMs: number[] = [];
      for (let count = 0; count < LOGINS; count++) {
        const beganMs = performance.now();
        const caller = await board.telnet();
        await signIn(caller, 'joe');
        await caller.sees('Both doors are open.');
        loginsMs.push(performance.now() - beganMs);
        caller.hangUp();
      }
      scene.say(
        `${LOGINS} sign-ins among ${crowd.open}: median ${quantile(loginsMs, 0.5).toFixed(0)} ms, ` +
          `slowest ${Math.max(...loginsMs).toFixed(0)} ms`,
      );
      if (Math.max(...loginsMs) > MAX_LOGIN_MS) scene.broken('a sign-in took more than 3 s');
      const gone = await until(() => crowd.open === 0, (GRACE_S + 15) * 1000);
      const lastMs = performance.now() - joinedMs;
      scene.say(
        `all gone ${(lastMs / 1000).toFixed(1)} s after the last had come (grace ${GRACE_S} s); ` +
          `memory at most ${mib(memory.peakBytes)}, ${mib(memory.stop())} more than before`,
      );
      for (const [kind, members] of byServer) {
        const left = members.filter((member) => !member.closed).length;
        if (left > 0) scene.broken(`${left} are still there: ${kind}`);
      }
      if (gone && lastMs > (GRACE_S + 2) * 1000) scene.broken('some stayed longer than their time');
    } finally {
      clearInterval(drip);
      memory.stop();
      crowd.disperse();
      await backend.close();
      await board.end('SIGTERM');
      removeBoardFiles(dataDir);
    }
  },
};
