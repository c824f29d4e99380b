// The page with the backup codes: copies exactly the codes, one a line, and prints the page.
// Served by src/web/server.ts; without it the page has the codes and a link to download them.
const codes = [...document.querySelectorAll('.codes li')].map((item) => item.textContent);
const status = document.querySelector('.tools [role=status]');

const ACTIONS = {
  copy: async (button) => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      status.textContent = button.dataset.done;
    } catch {
      // Browsers without the clipboard, or whose person refused it: the codes are at least marked.
      getSelection().selectAllChildren(document.querySelector('.codes'));
      status.textContent = button.dataset.failed;
    }
  },
  print: () => print(),
};

for (const button of document.querySelectorAll('.tools [data-does]')) {
  button.addEventListener('click', () => void ACTIONS[button.dataset.does](button));
  button.hidden = false;
}
