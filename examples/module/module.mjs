// A module, an MCI code and a condition of the program's own; board/mods/ has a module of the board folder.
//   node examples/module/module.mjs
import { startBbs } from 'sallyport';

/** @type {import('sallyport').MenuModule} */
const weather = {
  name: 'weather', // module: weather
  doc: 'The weather in a town.',
  needs: 'complete',
  views: [1, 10],
  // Art of the program's own, in which codes count.
  art: async () => ({
    kind: 'lines',
    lines: ['|15 The weather|07', '', ' Which town? %ET1', '', ' %TL10', '', ' Asked so far: %WQ'],
  }),
  methods: {
    // action: @method:tell
    async tell(context, submission) {
      asked += 1;
      return { kind: 'stay', message: `Rain in ${submission.value.town}.`, clear: [1] };
    },
  },
};
let asked = 0;

const bbs = await startBbs({
  dataDir: process.env.DATA ?? 'data',
  config: {
    // Port 0 picks a free one. SSH and the pages are off, to keep this small: a board for others has them on.
    loginServers: { telnet: { port: Number(process.env.PORT ?? 8888) }, ssh: { enabled: false } },
    contentServers: { web: { https: { enabled: false } } },
  },
  boardDir: new URL('board', import.meta.url).pathname,
  modules: [weather],
  mciCodes: { WQ: { value: () => String(asked) } },
});
console.log(`telnet localhost ${bbs.addresses.telnet.port}`);
// At the first start only.
if (bbs.firstSysop) console.log(`sysop's password: ${bbs.firstSysop.password}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void bbs.close());
