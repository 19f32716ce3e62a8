// A panel at the side that leaves the phones usable.
import { h } from './dom.js';

export function drawer(id, opener, title, opened) {
  const node = document.getElementById(id), button = document.getElementById(opener);
  const body = h('div', { class: 'drawer-body' });
  const shut = h('button', { type: 'button', class: 'close', 'aria-label': '关闭', onclick: () => set(false) }, '×');
  node.append(h('div', { class: 'drawer-head' }, h('h2', {}, title), shut), body);

  function set(on) {
    if (on) for (const other of document.querySelectorAll('.drawer:not([hidden])')) other.dispatchEvent(new Event('shut'));
    const had = !node.hidden;
    node.hidden = !on;
    button.setAttribute('aria-expanded', String(on));
    if (on) {
      opened();
      shut.focus();
    } else if (had && node.contains(document.activeElement)) {
      button.focus();
    }
  }
  node.addEventListener('shut', () => set(false));
  node.addEventListener('keydown', (e) => e.key === 'Escape' && (set(false), button.focus()));
  button.addEventListener('click', () => set(node.hidden));
  return { body, isOpen: () => !node.hidden };
}
