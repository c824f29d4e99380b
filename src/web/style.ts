import { gatePicture } from './gate-picture';

/** The gatehouse as a CSS value. */
export function pictureUrl(doors: 'shut' | 'open'): string {
  return `url("data:image/svg+xml;base64,${Buffer.from(gatePicture(doors)).toString('base64')}")`;
}

/**
 * The one style sheet of the pages, served as /_enig/style.css. It contains the gatehouse as well.
 */
export const STYLE_SHEET = `
:root { color-scheme: dark; --night: #0e0f14; --stone: #191b21; --edge: #34363e; --ink: #ece9e2;
  --quiet: #a5a299; --flame: #e08a3c; --light: #ffe680; --bad: #ff9c8a; }
* { box-sizing: border-box; }
html { background: var(--night); color: var(--ink); font: 1.0625rem/1.55 system-ui, -apple-system,
  "Segoe UI", Roboto, "Noto Sans", Helvetica, Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 40rem; padding: 0 1rem 3rem; }
.gate { height: 9.375rem; margin: 0 -1rem; background: ${pictureUrl('shut')} center bottom / auto 100% no-repeat; }
.gate.open { background-image: ${pictureUrl('open')}; }
main { background: var(--stone); border: 1px solid var(--edge); border-top: 4px solid var(--flame);
  border-radius: 0 0 6px 6px; padding: 1.5rem 1.25rem 1.75rem; }
.board { margin: 0; color: var(--quiet); font-size: .9375rem; }
h1 { margin: .125rem 0 1rem; font-size: 1.625rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; }
p:last-child { margin-bottom: 0; }
ol.steps { list-style: none; margin: 0; padding: 0; counter-reset: step; }
ol.steps > li { position: relative; counter-increment: step; padding: 0 0 0 2.5rem; margin: 0 0 1.75rem; }
ol.steps > li:last-child { margin-bottom: 0; }
ol.steps > li::before { content: counter(step); position: absolute; left: 0; top: .0625rem; width: 1.625rem;
  height: 1.625rem; border-radius: 50%; background: var(--flame); color: #1c0f02; font-weight: 700;
  font-size: .9375rem; line-height: 1.625rem; text-align: center; }
.qr { display: block; width: min(100%, 16rem); height: auto; aspect-ratio: 1; background: #fff;
  border-radius: 4px; margin: .75rem 0; }
.secret { display: block; margin: .5rem 0; padding: .625rem .75rem; background: var(--night);
  border: 1px solid var(--edge); border-radius: 4px; color: var(--light);
  font: 1.0625rem/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; word-spacing: .25em;
  overflow-wrap: break-word; user-select: all; }
.codes { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(14.5rem, 1fr));
  gap: .375rem 1rem; margin: 1rem 0; padding: .875rem 1rem; background: var(--night);
  border: 1px solid var(--edge); border-radius: 4px; color: var(--light);
  font: 1rem/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
.quiet { color: var(--quiet); font-size: .9375rem; }
.message { padding: .625rem .875rem; border-left: 4px solid var(--bad); background: #2a1a1a; color: #ffd9d1; }
.message:empty { display: none; }
a { color: var(--flame); }
label { display: block; font-weight: 600; }
input { width: 100%; max-width: 22rem; margin: .375rem 0 .875rem; padding: .625rem .75rem; border: 1px solid #6a6c75;
  border-radius: 4px; background: var(--night); color: var(--ink); font: inherit; }
input.code { max-width: 12rem; font: 1.5rem/1.3 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .2em; }
button { display: block; padding: .6875rem 1.5rem; border: 0; border-radius: 4px; background: var(--flame);
  color: #1c0f02; font: inherit; font-weight: 700; cursor: pointer; }
button:hover { background: #f09d52; }
.not-me { margin: 0 0 1.25rem; padding: .75rem .875rem; border: 1px solid var(--edge); border-radius: 4px; }
.not-me p { margin: 0 0 .625rem; overflow-wrap: anywhere; }
.not-me button { background: transparent; border: 1px solid var(--bad); color: var(--bad); padding: .5rem 1rem; }
.not-me button:hover { background: #2a1a1a; }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--light); outline-offset: 2px; }
@media (min-width: 34rem) { main { padding: 2rem 2.25rem 2.25rem; } }
@media print { html, main, .codes, .secret { background: #fff; color: #000; border-color: #999; }
  .gate, .quiet { display: none; } }
`.trim();
