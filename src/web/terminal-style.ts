import { pictureUrl } from './style';

/**
 * The style sheet of the terminal page: the screen fills the window, and notices look like the
 * other pages.
 */
export const TERMINAL_STYLE_SHEET = `
:root { color-scheme: dark; --night: #0e0f14; --stone: #191b21; --edge: #34363e; --ink: #ece9e2;
  --quiet: #a5a299; --flame: #e08a3c; --light: #ffe680; }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template-rows: minmax(0, 1fr) auto; height: 100dvh; overflow: hidden; background: #000;
  color: var(--ink); font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  Helvetica, Arial, sans-serif; }
main { display: grid; place-items: center; min-width: 0; min-height: 0; overflow: hidden; }
[hidden] { display: none !important; }
#notice { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center;
  justify-content: center; padding: .75rem 1rem; background: var(--stone); border-top: 4px solid var(--flame); }
#notice p { margin: 0; }
#notice .gate { display: none; }
[data-state=calling] #notice, [data-state=unanswered] #notice { position: fixed; inset: 0; flex-direction: column; gap: 0;
  justify-content: start; padding: 0 1rem; background: var(--night); border: 0; text-align: center; }
[data-state=calling] #notice .gate, [data-state=unanswered] #notice .gate { display: block; align-self: stretch;
  height: 9.375rem; margin: 12vh -1rem 0; border-bottom: 4px solid var(--flame);
  background: ${pictureUrl('shut')} center bottom / auto 100% no-repeat; }
[data-state=calling] #notice-text, [data-state=unanswered] #notice-text { padding: 1.5rem 0 .5rem; font-size: 1.25rem; }
#trust { max-width: 36rem; padding-bottom: 1.25rem; color: var(--quiet); }
a { color: var(--flame); }
button { padding: .5rem 1.25rem; border: 0; border-radius: 4px; background: var(--flame); color: #1c0f02; font: inherit;
  font-weight: 700; cursor: pointer; }
button:hover { background: #f09d52; }
a:focus-visible, button:focus-visible { outline: 3px solid var(--light); outline-offset: 2px; }
`.trim();
