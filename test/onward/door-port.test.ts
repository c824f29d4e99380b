import { once } from 'node:events';
import { connect } from 'node:net';
import { openDoorPort } from '../../src/onward/door';

test('the first connection to the port of a door is the door’s; others are closed, and a reset harms nobody', async () => {
  const port = await openDoorPort();
  const first = connect({ host: '127.0.0.1', port: port.port });
  const stream = await port.connection;
  const second = connect({ host: '127.0.0.1', port: port.port });
  await once(second, 'close');
  first.write('hello');
  const [heard] = (await once(stream, 'data')) as [Buffer];
  expect(heard.toString()).toBe('hello');
  const closed = new Promise((done) => stream.once('close', done));
  first.resetAndDestroy();
  await closed;
  port.close();
});

test('who came to the port of a door that is not run is sent away, and nobody else is let in', async () => {
  const port = await openDoorPort();
  const stray = connect({ host: '127.0.0.1', port: port.port });
  await port.connection;
  const gone = once(stray, 'close');
  port.drop();
  await gone;
  const late = connect({ host: '127.0.0.1', port: port.port });
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
