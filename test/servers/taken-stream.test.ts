import { TakenStream } from '../../src/servers/taken-stream';

describe('the stream of a connection that is taken over', () => {
  it('goes on with what is written later where sending has failed once', () => {
    const sent: string[] = [];
    let isBroken = true;
    const stream = new TakenStream({
      room: () => 1024,
      flow: () => undefined,
      send: (bytes) => {
        if (isBroken) throw new Error('no such encoding');
        sent.push(bytes.toString());
      },
    });
    expect(() => stream.write('one')).toThrow('no such encoding');
    isBroken = false;
    stream.goOn();
    stream.write('two');
    expect(sent).toEqual(['two']);
  });
});
