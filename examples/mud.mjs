// A MUD behind the gate: who has signed in is connected to it under the name of the account.
//   MUD_HOST=127.0.0.1 MUD_PORT=4000 node examples/mud.mjs
import { once } from 'node:events';
import { connect } from 'node:net';
import { startBbs } from 'sallyport';

/** Plays until one side ends; the board's menu comes back then. */
async function play({ stream, facts, signal }) {
  const mud = connect(Number(process.env.MUD_PORT ?? 4000), process.env.MUD_HOST ?? '127.0.0.1');
  // One that comes after the game is over is nobody's any more.
  mud.on('error', () => undefined);
  const toMud = (bytes) => {
    if (!mud.write(bytes)) stream.pause();
  };
  try {
    await once(mud, 'connect', { signal });
    stream.write('\x1b[2J\x1b[H');
    // Before anything of the caller's: names of accounts hold no line ends.
    mud.write(`connect ${facts.userName}\r\n`);
    // What waits on one side is read no faster than the other side takes it.
    stream.on('data', toMud);
    mud.on('drain', () => stream.resume());
    // The stream goes back to the menu, so it does not end with the MUD's side.
    mud.pipe(stream, { end: false });
    await once(mud, 'end', { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    stream.write('\r\nThe game is not there now.\r\n');
  } finally {
    stream.off('data', toMud);
    mud.destroy();
  }
}

const bbs = await startBbs({
  dataDir: process.env.DATA ?? 'data',
  config: {
    // Port 0 picks a free one. SSH and the pages are off, to keep this small: a board for others has them on.
    loginServers: { telnet: { port: Number(process.env.PORT ?? 8888) }, ssh: { enabled: false } },
    contentServers: { web: { https: { enabled: false } } },
  },
  onSignedIn: (caller) => caller.takeOver(play),
});
console.log(`telnet localhost ${bbs.addresses.telnet.port}`);
// At the first start only.
if (bbs.firstSysop) console.log(`sysop's password: ${bbs.firstSysop.password}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void bbs.close());
