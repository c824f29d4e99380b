// A board inside a fastify app, which lists its callers and stops together with it.
//   node examples/fastify-app.mjs, then http://127.0.0.1:8080/callers
import { fastify } from 'fastify';
import { startBbs } from 'sallyport';

const bbs = await startBbs({
  dataDir: process.env.DATA ?? 'data',
  config: {
    // Port 0 picks a free one. SSH and the pages are off, to keep this small: a board for others has them on.
    loginServers: { telnet: { port: Number(process.env.PORT ?? 8888) }, ssh: { enabled: false } },
    contentServers: { web: { https: { enabled: false } } },
  },
});
console.log(`telnet localhost ${bbs.addresses.telnet.port}`);
// At the first start only.
if (bbs.firstSysop) console.log(`sysop's password: ${bbs.firstSysop.password}`);

const app = fastify();
// For people of the house alone: names of callers are nobody else's.
app.get('/callers', async () =>
  bbs.sessions.list().map(({ node, user }) => ({ node, name: user?.name ?? 'signing in' })),
);
app.addHook('onClose', () => bbs.close());
await app.listen({ host: '127.0.0.1', port: Number(process.env.WEB_PORT ?? 8080) });
console.log(`http ${app.server.address().port}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close());
