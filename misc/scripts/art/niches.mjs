// Things in a niche of the wall, one for each page that tells or asks a single thing before the gate.
import { clamp, inArch, lampLight, layered, masonry, roundLight } from './forms.mjs';

const NICHE = { center: 20, half: 12.5, spring: 23.5, base: 39 };
const SILL = 39;
const CANDLE = { at: [20, 26], reach: 20, power: 0.75 };

/** A ring of stones around a niche in a wall; warm light is in it, and the night around it. */
function niche(thing, light = CANDLE) {
  return layered(
    (x, y) => (inArch(x, y, NICHE) ? thing(x, y) : undefined),
    (x, y) => {
      if (y > SILL + 3) return undefined;
      const dx = x - NICHE.center;
      if (y > SILL) {
        if (Math.abs(dx) > 17.5) return undefined;
        return ['stone', y < SILL + 1 ? 0.82 - Math.abs(dx) * 0.012 : clamp(0.34 + dx * 0.012)];
      }
      if (inArch(x, y, NICHE)) {
        const back = ['stone', clamp(0.14 + masonry(x, y, 8), 0.08)];
        return light === undefined ? back : lampLight(x, y, [light], back);
      }
      if (!inArch(x, y, { ...NICHE, half: NICHE.half + 2.6 })) return undefined;
      const part = Math.floor(
        Math.atan2(y - NICHE.spring, dx) * 6.2 + (y > NICHE.spring ? y / 3 : 0),
      );
      return ['stone', clamp((part % 2 === 0 ? 0.62 : 0.44) + dx * 0.014, 0.1)];
    },
  );
}

/** Something of gold or brass, lit from the right. */
const gold = (share) => ['fire', clamp(0.22 + share * 0.62)];

function key(x, y) {
  const dx = x - 20;
  const ring = Math.hypot(dx, y - 18);
  if (Math.abs(dx) < 0.5 && y > 11 && y < 13.5) return ['stone', 0.8];
  if (ring < 5 && ring > 2.6) return gold((dx + 5) / 10);
  if (Math.abs(dx) < 1.5 && y >= 22 && y < 37) return gold(y < 24 ? 0.9 : (dx + 1.5) / 3);
  if (dx >= 1.5 && dx < 6 && y >= 30 && y < 32) return gold(0.8);
  if (dx >= 1.5 && dx < 5 && y >= 34 && y < 36) return gold(0.7);
  return undefined;
}

function letter(x, y) {
  const [dx, dy] = [Math.abs(x - 20), y - 20];
  if (Math.hypot(x - 20, (y - 29) * 1.05) < 2.5) return ['cloth', x > 20 ? 0.75 : 0.45];
  if (dx > 10.5 || dy < 0 || dy > 16) return undefined;
  // The flap comes down to the seal.
  const flap = 10 - dx * 0.86;
  if (Math.abs(dy - flap) < 0.7) return ['stone', 0.4];
  if (dy < flap) return ['moon', 0.95];
  return ['moon', dx + dy > 22.5 ? 0.2 : 0.55];
}

function candle(x, y) {
  const dx = Math.abs(x - 11);
  if (Math.hypot(dx * 1.5, (y - 19) * 0.7) < 1.5) return ['fire', y > 19 ? 1 : 0.8];
  if (dx < 1.5 && y >= 21 && y < 36) return ['moon', x > 11 ? 0.9 : 0.45];
  return dx < 3 && y >= 36 && y < SILL ? gold(0.5) : undefined;
}

/** An open book; `written` is how much of its right page is full, from 0 to 1. */
function book(written) {
  return (x, y) => {
    const flame = candle(x, y);
    if (flame) return flame;
    const dx = x - 23;
    // A quill that stands in its ink, over the right page.
    const quill = 30.4 - (y - 15) * 0.22;
    if (y > 17 && y < 29 && Math.abs(x - quill) < (y < 24 ? 1 : 0.5)) {
      return ['moon', x > quill ? 1 : 0.5];
    }
    if (Math.abs(dx) > 9 || y < 28 + Math.abs(Math.abs(dx) - 4) * 0.18 || y >= SILL) {
      return undefined;
    }
    if (y > 37) return ['wood', 0.55];
    if (Math.abs(dx) < 0.5) return ['stone', 0.3];
    const isLine = Math.floor(y) % 2 === 0 && Math.abs(dx) > 1.5 && Math.abs(dx) < 7.5;
    const isWritten = dx < 0 || (y - 29) / 8 < written;
    return isLine && isWritten ? ['moon', 0.1] : ['moon', dx > 0 ? 0.95 : 0.6];
  };
}

function padlock(x, y) {
  const dx = x - 20;
  const bow = Math.hypot(dx, y - 20);
  if (Math.hypot(dx, y - 28) < 1.6 || (Math.abs(dx) < 0.8 && y > 28 && y < 33)) return 'nothing';
  if (Math.abs(dx) < 8 && y >= 21 && y < 37) {
    if (y < 22 || y >= 36) return gold(0.35);
    return gold(roundLight((dx + 8) / 16, { dark: 0, bright: 0.9 }));
  }
  if (y < 21 && bow < 6 && bow > 3.6) return ['stone', clamp(0.45 + dx * 0.07)];
  // A chain behind it, from wall to wall.
  const along = Math.abs(dx) - 8;
  const sag = 24 + along * -0.5;
  if (along < 0 || Math.abs(y - sag) > 1.4) return undefined;
  const isLink = Math.floor(along / 1.5) % 2 === 0;
  if (!isLink && Math.abs(y - sag) > 0.6) return undefined;
  return ['stone', isLink ? 0.6 : 0.36];
}

function hourglass(x, y) {
  const dx = Math.abs(x - 20);
  const dy = Math.abs(y - 27);
  if (dx < 8 && dy >= 10 && dy < 12) return ['stone', x > 20 ? 0.95 : 0.7];
  if (dx >= 6 && dx < 7 && dy < 10) return ['stone', x > 20 ? 0.8 : 0.5];
  const glass = 0.7 + dy * 0.5;
  if (dy >= 10 || dx > glass) return undefined;
  const isSand = y < 27 ? dy < 5 : dy > 3.4 + dx * 0.8 || dx < 0.6;
  if (isSand) return ['fire', x > 20 ? 0.75 : 0.55];
  return ['water', dx > glass - 0.9 && x > 20 ? 1 : 0.4];
}

/** A sheet of numbered codes on a nail; those above are crossed out. */
function sheet(x, y) {
  const [dx, dy] = [x - 20, y - 15];
  if (Math.abs(dx) < 0.6 && Math.abs(dy) < 1) return ['stone', 0.7];
  // Its lower right corner is turned up.
  const corner = dx - 8 + (dy - 21);
  if (Math.abs(dx) >= 8 || dy < 0 || dy >= 21 || corner > -4) {
    return corner <= -3 && corner > -4 && dy < 21 && dx < 8 ? ['moon', 0.4] : undefined;
  }
  const line = Math.floor((dy - 2) / 2);
  const isLine = dy >= 2 && dy < 18 && Math.floor(dy) % 2 === 0;
  const isUsed = line < 3;
  if (isLine && Math.abs(dx) < 6.5 && (isUsed || Math.abs(dx + 3) > 0.6)) {
    return isUsed ? ['cloth', 0.5] : ['moon', 0.1];
  }
  return ['moon', dx > 2 ? 0.95 : 0.62];
}

export const codeSheet = niche(sheet);
export const keyOnANail = niche(key);
export const sealedLetter = niche(letter);
export const blankBook = niche(book(0), { at: [11, 19], reach: 18, power: 0.9 });
export const writtenBook = niche(book(1), { at: [11, 19], reach: 18, power: 0.9 });
export const chainedLock = niche(padlock);
export const sandOfTime = niche(hourglass);
