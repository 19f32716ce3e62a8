// The bar above a chat. Its buttons stay the nodes they are: one that is replaced under a finger loses the press.
import { badge, h } from './dom.js';
import { robot } from './store.js';

// navBar makes the bar; back and files are what its two buttons do.
export function navBar(back, files) {
  const others = h('span');
  const leave = h('button', { type: 'button', class: 'back', onclick: back }, '‹', others);
  const title = h('span');
  const tag = h('span', { class: 'tag' }, '机器人');
  const unread = h('span');
  const folder = h('button', { type: 'button', class: 'folder', 'aria-label': '聊天文件', 'data-testid': 'open-files', onclick: files }, '文件');
  const node = h('div', { class: 'nav' }, h('div', { class: 'nav-row' },
    h('span', { class: 'nav-start' }, leave), h('div', { class: 'nav-title' }, title, tag), h('span', { class: 'nav-end' }, unread, folder)));
  const count = (place, n) => place.replaceChildren(...[badge(n)].filter(Boolean));

  // draw shows a chat, or the list of chats for null; filing: the chat's files; leads: there is somewhere to go back to.
  function draw(chat, { filing, leads, members, elsewhere, all }) {
    leave.hidden = !leads;
    leave.setAttribute('aria-label', filing ? '返回聊天' : '返回消息列表');
    count(others, filing ? 0 : elsewhere);
    title.textContent = !chat ? '消息' : filing ? '聊天文件' : chat.kind === 'single' ? robot : `${chat.title}(${members})`;
    tag.hidden = filing || chat?.kind !== 'single';
    count(unread, chat ? chat.unread : all);
    folder.hidden = filing || !chat;
  }
  return { node, draw };
}
