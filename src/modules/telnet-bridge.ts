import type { MenuModule } from '../menu/run/module';
import { TelnetClient } from '../onward/telnet-client';
import { HAND_ON_KEYS, handOn, handOnProblems } from './hand-on';

const TELNET_PORT = 23;

/** Hands the caller on to a board by telnet (ENiGMA½'s module of this name). */
export const telnetBridgeModule: MenuModule = {
  name: 'telnet_bridge',
  doc: 'Hands the caller on to a board by telnet, and comes back when that ends: to `next`, else to the menu before.',
  needs: 'complete',
  views: [],
  methods: {},
  configKeys: {
    ...HAND_ON_KEYS,
    sendLocation: 'true: tells the board the caller’s address (SEND-LOCATION, RFC 779).',
    sendUserName: 'true: tells it the caller’s name where it asks (NEW-ENVIRON, RFC 1572).',
  },
  configProblems: handOnProblems,
  enter: (context) =>
    handOn(context, {
      port: TELNET_PORT,
      open: (socket, { taken, userName }) => {
        const { caller, config, services } = context;
        return Promise.resolve(
          new TelnetClient(socket, {
            clock: services.clock,
            terminalType: taken.facts.terminalType,
            size: () => taken.facts.size,
            location: config['sendLocation'] === true ? caller.remoteIp : undefined,
            userName: config['sendUserName'] === true ? userName : undefined,
          }),
        );
      },
    }),
};
