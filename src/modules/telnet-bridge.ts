import { TelnetClient } from '../onward/telnet-client';
import { handOnModule, type OnwardProtocol } from './hand-on';

export const telnetProtocol: OnwardProtocol = {
  port: 23,
  keys: {
    sendLocation: 'true: tells the board the caller’s address (SEND-LOCATION, RFC 779).',
    sendUserName: 'true: tells it the caller’s name where it asks (NEW-ENVIRON, RFC 1572).',
  },
  open: (socket, { context, settings, taken, userName }) =>
    Promise.resolve(
      new TelnetClient(socket, {
        clock: context.services.clock,
        terminalType: taken.facts.terminalType,
        size: () => taken.facts.size,
        location: settings['sendLocation'] === true ? context.caller.remoteIp : undefined,
        userName: settings['sendUserName'] === true ? userName : undefined,
      }),
    ),
};

/** Hands the caller on to a board by telnet (ENiGMA½'s module of this name). */
export const telnetBridgeModule = handOnModule(
  'telnet_bridge',
  'Hands the caller on to a board by telnet, and comes back when that ends: to `next`, else to the menu before.',
  telnetProtocol,
);
