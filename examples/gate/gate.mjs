// A gate to a telnet board: callers sign in here, with their second factor, and are handed on.
//   FAR_HOST=127.0.0.1 FAR_PORT=2323 node examples/gate/gate.mjs
import { startBbs } from 'sallyport';

const bbs = await startBbs({
  dataDir: process.env.DATA ?? 'data',
  config: {
    // Port 0 picks a free one. SSH and the pages are off, to keep this small: a board for others has them on.
    loginServers: { telnet: { port: Number(process.env.PORT ?? 8888) }, ssh: { enabled: false } },
    contentServers: { web: { https: { enabled: false } } },
    destinations: {
      far: {
        kind: 'telnet',
        name: 'The board behind',
        host: process.env.FAR_HOST ?? '127.0.0.1',
        port: Number(process.env.FAR_PORT ?? 2323),
      },
    },
  },
  boardDir: new URL('board', import.meta.url).pathname,
});
console.log(`telnet localhost ${bbs.addresses.telnet.port}`);
// At the first start only.
if (bbs.firstSysop) console.log(`sysop's password: ${bbs.firstSysop.password}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void bbs.close());
