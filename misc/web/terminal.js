// The terminal in the browser: calls the board by secure WebSocket and draws what it sends.
// Served by src/web/terminal.ts, which puts the address to call into the page.
import { Terminal } from './xterm.js';
import { Controls, follow, linkAt } from './terminal-controls.js';
import { ScreenSize } from './terminal-size.js';

// The server takes 64 KiB at once; a long paste goes in pieces.
const PIECE_BYTES = 16 * 1024;
/** A finger that moved further was no tap. */
const TAP_PX = 10;

const HIDE_CURSOR = '\x1b[?25l';
/** The screen whose rows are not wrapped anew when it becomes narrower: the board draws it again. */
const PLAIN_SCREEN = '\x1b[?1049h';
/** The mode with which a board asks for presses of the mouse (xterm's, with 1006 for their place). */
const PRESSES = 1000;

/** Status codes of RFC 6455, section 7.4.1. */
const CLOSED = { normally: 1000, goingAway: 1001 };

/** The colours that art for a PC's screen is drawn for. */
const PALETTE = {
  background: '#000000',
  foreground: '#aaaaaa',
  cursor: '#ffe680',
  cursorAccent: '#000000',
  selectionBackground: '#44608a',
  black: '#000000',
  red: '#aa0000',
  green: '#00aa00',
  yellow: '#aa5500',
  blue: '#0000aa',
  magenta: '#aa00aa',
  cyan: '#00aaaa',
  white: '#aaaaaa',
  brightBlack: '#555555',
  brightRed: '#ff5555',
  brightGreen: '#55ff55',
  brightYellow: '#ffff55',
  brightBlue: '#5555ff',
  brightMagenta: '#ff55ff',
  brightCyan: '#55ffff',
  brightWhite: '#ffffff',
};

const stage = document.getElementById('stage');
const notice = document.getElementById('notice');
const noticeText = document.getElementById('notice-text');
const trust = document.getElementById('trust');
const callAgain = document.getElementById('call-again');
/** The board's sentences by their ids. */
const words = JSON.parse(document.body.dataset.words);

stampStyles();
const terminal = new Terminal({
  fontFamily: '"Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace',
  // Bold is a bright colour on a PC; a heavier face would tear frames apart.
  fontWeightBold: 'normal',
  lineHeight: 1,
  scrollback: 0,
  cursorBlink: true,
  // Letters only: blocks and frames keep the colours of their picture.
  minimumContrastRatio: 4.5,
  theme: PALETTE,
});
terminal.open(stage);
terminal.textarea.setAttribute('aria-label', words['terminal-says.name']);

const encoder = new TextEncoder();
let socket;
/** True while the board asks for taps. */
let wantsTaps = false;
const size = new ScreenSize(terminal, stage, tellSize);
const controls = new Controls({
  terminal,
  size,
  words,
  callAgain: redial,
  hangUp: () => socket.close(CLOSED.normally),
});
size.watch();
terminal.onData((text) => send(encoder.encode(controls.typed(text))));
terminal.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
for (const [final, on] of [
  ['h', true],
  ['l', false],
]) {
  terminal.parser.registerCsiHandler({ prefix: '?', final }, (modes) => takeModes(modes, on));
}
callAgain.addEventListener('click', call);
watchTaps(stage.parentElement);
call();

function call() {
  say('calling', words['terminal-says.calling']);
  terminal.reset();
  terminal.write(PLAIN_SCREEN);
  wantsTaps = false;
  size.fit();
  const address = new URL(document.body.dataset.board);
  address.search = new URLSearchParams({
    ...{ cols: size.columns, rows: size.rows, term: 'xterm-256color', taps: 1 },
    ...(controls.isReader ? { lines: 1 } : {}),
  });
  let answered = false;
  const line = new WebSocket(address, 'binary');
  socket = line;
  line.binaryType = 'arraybuffer';
  line.addEventListener('open', () => {
    answered = true;
    tellSize(size);
    say('open', '');
    terminal.focus();
  });
  line.addEventListener('message', ({ data }) => {
    if (line === socket) terminal.write(new Uint8Array(data));
  });
  line.addEventListener('close', ({ code, reason }) => {
    if (line !== socket) return;
    if (answered) say('over', whyOver(code, reason));
    else say('unanswered', words['terminal-says.no-answer']);
    terminal.write(HIDE_CURSOR);
    callAgain.focus();
  });
}

/** Leaves the present call, and begins another one. */
function redial() {
  const before = socket;
  call();
  before.close(CLOSED.normally);
}

/** What the board said last, or what is known of a line that was cut without a word. */
function whyOver(code, reason) {
  if (code === CLOSED.goingAway) return words['terminal-says.going-down'];
  if (reason !== '') return reason;
  if (code === CLOSED.normally) return words['terminal-says.over'];
  return navigator.onLine ? words['terminal-says.cut'] : words['terminal-says.cut-here'];
}

/** `state` decides, by the style sheet, what of the notice is seen. */
function say(state, text) {
  document.body.dataset.state = state;
  noticeText.textContent = text;
  notice.hidden = state === 'open';
  trust.hidden = state !== 'unanswered';
  callAgain.hidden = state === 'calling';
}

function send(bytes) {
  if (socket.readyState !== WebSocket.OPEN) return;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    socket.send(bytes.subarray(at, at + PIECE_BYTES));
  }
}

/** Tells the board the size, when it has changed since it was told. */
function tellSize({ columns, rows }) {
  const text = `size ${columns} ${rows}`;
  if (socket?.readyState === WebSocket.OPEN) socket.send(text);
}

/** Marking text with the mouse stays possible, so that xterm.js does not report presses itself. */
function takeModes(modes, on) {
  if (!modes.includes(PRESSES)) return false;
  wantsTaps = on;
  return true;
}

/** A tap gives the terminal the focus, and with it opens a soft keyboard; what it is on is followed. */
function watchTaps(room) {
  let from = { clientX: 0, clientY: 0 };
  room.addEventListener('pointerdown', (event) => (from = event), { capture: true });
  room.addEventListener('click', (event) => {
    terminal.focus();
    const moved = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
    const at = size.cellAt(event);
    if (at === undefined || moved > TAP_PX || terminal.hasSelection()) return;
    const address = linkAt(terminal, at);
    if (address !== undefined) follow(address);
    else if (wantsTaps) send(encoder.encode(`\x1b[<0;${at.column};${at.row}M`));
  });
}

/**
 * xterm.js makes <style> elements, which the page's Content-Security-Policy allows only with the nonce
 * of this answer; it has no option for one. Colours of letters it writes as attributes, which the
 * policy forbids; by the element's own style they are allowed.
 */
function stampStyles() {
  const { nonce } = document.querySelector('link[nonce]');
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = create(name, options);
    if (name === 'style') element.nonce = nonce;
    if (name === 'span') {
      element.setAttribute = (key, value) =>
        key === 'style'
          ? (element.style.cssText = value)
          : HTMLElement.prototype.setAttribute.call(element, key, value);
    }
    return element;
  };
}
