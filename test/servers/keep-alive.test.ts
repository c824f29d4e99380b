import { readFileSync } from 'node:fs';
import { EchoServers } from '../support/echo-servers';
import { RawCaller } from '../support/raw-caller';

const WHAT = 'the operating system asks after a silent caller within a minute (rule E9)';

/** What the kernel waits for on the server's side of a connection, and for how long (proc(5), tcp). */
function timerOf(serverPort: number, callerPort: number): { kind: string; jiffies: number } {
  const hex = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find(
      ([, local, remote]) => local?.endsWith(hex(serverPort)) && remote?.endsWith(hex(callerPort)),
    );
  const [kind = '', jiffies = ''] = line?.[5]?.split(':') ?? [];
  return { kind, jiffies: Number.parseInt(jiffies, 16) };
}

/** The keep-alive timer; others run while something is under way. */
const KEEP_ALIVE = '02';

if (process.platform !== 'linux') test.todo(WHAT);
else
  test(WHAT, async () => {
    const servers = new EchoServers();
    for (const port of [await servers.telnet(), await servers.ssh(), await servers.webSocket()]) {
      const caller = await RawCaller.dial(port);
      let timer = timerOf(port, caller.socket.localPort ?? 0);
      // Until the first bytes are on their way.
      for (let look = 0; look < 500 && timer.kind !== KEEP_ALIVE; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        timer = timerOf(port, caller.socket.localPort ?? 0);
      }
      expect(timer.kind).toBe(KEEP_ALIVE);
      // The kernel counts in hundredths of a second here.
      expect(timer.jiffies).toBeLessThanOrEqual(6_000);
      caller.socket.destroy();
    }
    await servers.close();
  });
