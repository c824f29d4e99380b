// Accounts of the program's own: it checks passwords, the board does all else of a sign-in.
//   node examples/accounts.mjs, then sign in as player with the password "the third lantern"
import { scryptSync, timingSafeEqual } from 'node:crypto';
import { startBbs } from 'sallyport';

// A program has these in a store of its own, each with a salt of its own.
const salt = 'of this example';
const players = new Map([['player', scryptSync('the third lantern', salt, 32)]]);
const nobody = scryptSync('', salt, 32);

/** @type {import('sallyport').Authenticate} */
async function authenticate({ userName, password }) {
  const known = players.get(userName.toLowerCase());
  // The same work for names that are not there.
  const isRight = timingSafeEqual(scryptSync(password, salt, 32), known ?? nobody);
  return isRight && known ? { groups: ['users', 'players'], realName: 'A Player' } : undefined;
}

const bbs = await startBbs({
  dataDir: process.env.DATA ?? 'data',
  config: {
    // Port 0 picks a free one. SSH and the pages are off, to keep this small: a board for others has them on.
    loginServers: { telnet: { port: Number(process.env.PORT ?? 8888) }, ssh: { enabled: false } },
    contentServers: { web: { https: { enabled: false } } },
  },
  authenticate,
  events: {
    signedIn: ({ userName, groups }) => console.log(`${userName} is in: ${groups.join(' ')}`),
    refused: ({ remoteIp, reason }) => console.log(`refused ${remoteIp}: ${reason}`),
  },
});
console.log(`telnet localhost ${bbs.addresses.telnet.port}`);
// At the first start only.
if (bbs.firstSysop) console.log(`sysop's password: ${bbs.firstSysop.password}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void bbs.close());
