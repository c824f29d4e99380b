// The terminal in the browser: calls the board by secure WebSocket and draws what it sends.
// Served by src/web/terminal.ts, which puts the address to call into the page.
import { Terminal } from './xterm.js';

const COLUMNS = 80;
const ROWS = 24;
const MIN_FONT_PX = 5;
const MAX_FONT_PX = 64;
/** Share of the letters' size that may be given up for pictures without seams. */
const MAX_SHRUNK = 0.05;
const STEP_PX = 0.05;
const FULL_BLOCK = '\u2588';
const SOLID = 255;
// The server takes 64 KiB at once; a long paste goes in pieces.
const PIECE_BYTES = 16 * 1024;

const HIDE_CURSOR = '\x1b[?25l';

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
const ruler = makeRuler();

stampStyles();
const terminal = new Terminal({
  cols: COLUMNS,
  rows: ROWS,
  fontFamily: '"Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace',
  // Bold is a bright colour on a PC; a heavier face would tear frames apart.
  fontWeightBold: 'normal',
  lineHeight: 1,
  scrollback: 0,
  cursorBlink: true,
  theme: PALETTE,
});
terminal.open(stage);
fit();
new ResizeObserver(fit).observe(stage.parentElement);
document.fonts.ready.then(fit);

const encoder = new TextEncoder();
let socket;
terminal.onData((text) => send(encoder.encode(text)));
terminal.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
callAgain.addEventListener('click', call);
stage.addEventListener('click', () => terminal.focus());
call();

function call() {
  say('calling', 'Calling the board …');
  terminal.reset();
  const address = new URL(document.body.dataset.board);
  address.search = new URLSearchParams({ cols: COLUMNS, rows: ROWS, term: 'xterm-256color' });
  let answered = false;
  socket = new WebSocket(address, 'binary');
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => {
    answered = true;
    say('open', '');
    terminal.focus();
  });
  socket.addEventListener('message', ({ data }) => terminal.write(new Uint8Array(data)));
  socket.addEventListener('close', ({ code }) => {
    if (answered) say('over', whyOver(code));
    else say('unanswered', 'The board does not answer.');
    terminal.write(HIDE_CURSOR);
    callAgain.focus();
  });
}

function whyOver(code) {
  if (code === CLOSED.normally) return 'The call is over.';
  if (code === CLOSED.goingAway) return 'The board is going down. Call again in a while.';
  return 'The line was cut.';
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

/**
 * Large letters with which the whole screen fits into the window. A little smaller is better where the
 * blocks of a picture then touch: at most sizes a font leaves part of a pixel free between them.
 */
function fit() {
  const room = stage.parentElement.getBoundingClientRect();
  const largest = largestThat((px) => {
    terminal.options.fontSize = px;
    const { width, height } = stage.querySelector('.xterm-screen').getBoundingClientRect();
    return width <= room.width && height <= room.height;
  });
  let best = { px: largest, cover: blockCover(largest) };
  for (let px = largest; best.cover < SOLID && px > largest * (1 - MAX_SHRUNK); px -= STEP_PX) {
    const cover = blockCover(px);
    if (cover > best.cover) best = { px, cover };
  }
  terminal.options.fontSize = best.px;
}

/** A canvas that holds one letter of any size. */
function makeRuler() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(2 * MAX_FONT_PX * devicePixelRatio);
  return canvas.getContext('2d', { willReadFrequently: true });
}

function largestThat(fits) {
  let [fitting, tooLarge] = [MIN_FONT_PX, MAX_FONT_PX];
  while (tooLarge - fitting > STEP_PX) {
    const px = (fitting + tooLarge) / 2;
    if (fits(px)) fitting = px;
    else tooLarge = px;
  }
  return fitting;
}

/** How solid a full block is where it meets its neighbours: the least of the pixels at its edges. */
function blockCover(px) {
  const { canvas } = ruler;
  ruler.clearRect(0, 0, canvas.width, canvas.height);
  ruler.font = `${px * devicePixelRatio}px ${terminal.options.fontFamily}`;
  const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = ruler.measureText(FULL_BLOCK);
  ruler.fillText(FULL_BLOCK, 0, fontBoundingBoxAscent);
  const [columns, rows] = [Math.round(width), fontBoundingBoxAscent + fontBoundingBoxDescent];
  const { data } = ruler.getImageData(0, 0, columns, rows);
  const alpha = (x, y) => data[(y * columns + x) * 4 + 3];
  const [x, y] = [columns >> 1, rows >> 1];
  return Math.min(alpha(x, 0), alpha(x, rows - 1), alpha(0, y), alpha(columns - 1, y));
}

/**
 * xterm.js makes <style> elements, which the page's Content-Security-Policy allows only with the nonce
 * of this answer; it has no option for one.
 */
function stampStyles() {
  const { nonce } = document.querySelector('link[nonce]');
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = create(name, options);
    if (name === 'style') element.nonce = nonce;
    return element;
  };
}
