// One entry of a chat, drawn as the client draws it.
import { avatar, h, size } from './dom.js';
import { markdown, plain } from './markdown.js';
import { query } from './api.js';
import { named, person, robot } from './store.js';

// message draws an item for the person whose phone it is. press(card, button) is called for a button; pressing is the
// button now under way on this card, or "".
export function message(item, phone, pressing, acts, inGroup) {
  const mine = item.from === 'user' && item.author === phone.user;
  const name = item.from === 'bot' ? robot : item.authorName || item.author;
  const who = h('div', { class: 'who' }, avatar(name, item.from === 'bot' ? 'bot' : 'person'), item.unread && h('i', { class: 'dot', role: 'img', 'aria-label': '未读' }));
  const unit = item.from === 'user' && person(item.author)?.unit;
  const author = !mine && h('div', { class: 'author' }, name + (unit ? ` · ${unit}` : ''));
  return h('article', { class: `item ${mine ? 'mine' : 'theirs'}`, tabIndex: -1, 'aria-label': name }, who, h('div', { class: 'content' }, author, body(item, pressing, acts, inGroup)));
}

function body(item, pressing, acts, inGroup) {
  switch (item.kind) {
    case 'card':
      return card(item.card, pressing, acts);
    case 'picture':
    case 'image': // from the bot; one that lies elsewhere is not fetched
      return h('div', { class: 'bubble pictures' }, item.files.length > 0 ? item.files.map((f) => picture(f, acts)) : '[图片]');
    case 'richText':
      return h('div', { class: 'bubble' }, item.text && said(item, inGroup), item.files.map((f) => picture(f, acts)));
    case 'file':
    case 'audio':
    case 'video':
      return h('div', { class: 'bubble' }, item.files.map(file));
    case 'markdown':
      return h('div', { class: 'bubble md' }, markdown(named(item.text)));
    case 'actionCard':
      return h('div', { class: 'card' }, item.title && h('h3', {}, item.title), h('div', { class: 'md' }, markdown(item.text)), links(item.links, acts));
    case 'link':
      return h('div', { class: 'bubble' }, h('strong', {}, item.title), h('p', { class: 'plain' }, item.text), links(item.links, acts));
    default:
      return h('div', { class: 'bubble' }, said(item, inGroup));
  }
}

// said is a text; in a group whoever speaks to the bot mentions it.
function said(item, inGroup) {
  return h('p', { class: 'plain' }, inGroup && item.from === 'user' && h('span', { class: 'mention' }, `@${robot} `), item.from === 'bot' ? named(item.text) : item.text);
}

// card draws the ready-made template: title, markdown, buttons one below the other, tips in grey.
function card(view, pressing, acts) {
  const own = Object.entries({ level: '级别', state: '状态', basis: '依据' }).filter(([name]) => view.variables?.[name]);
  return h('div', { class: 'card', 'data-testid': 'card-' + view.outTrackId, 'aria-busy': pressing ? 'true' : null },
    h('h3', {}, view.title),
    own.length > 0 && h('p', { class: 'facts' }, own.map(([name, word]) => h('span', { class: 'fact ' + name }, `${word}:${view.variables[name]}`))),
    h('div', { class: 'md' }, markdown(view.markdown)),
    view.tips && h('p', { class: 'tips' }, view.tips),
    view.buttons.length > 0 && h('div', { class: 'buttons' }, view.buttons.map((b) => button(view, b, pressing, acts))));
}

function button(view, b, pressing, acts) {
  const name = view.buttons.filter((other) => other.text === b.text).length > 1 ? b.id : b.text;
  return h('button', {
    type: 'button',
    class: b.color + (pressing === name ? ' pressing' : ''),
    disabled: pressing !== '',
    onclick: () => (b.url ? acts.visit(b.url) : acts.press(view.outTrackId, name)),
  }, b.text);
}

function links(list, acts) {
  return h('div', { class: 'buttons' }, list.map((l) => h('button', { type: 'button', class: 'gray', onclick: () => acts.visit(l.url) }, l.text || '打开')));
}

const address = (f) => '/sandbox/file' + query({ code: f.code });

export function picture(f, acts) {
  const image = h('img', { src: address(f), alt: f.name || '图片' });
  return h('button', { type: 'button', class: 'picture', title: '看大图', onclick: () => acts.enlarge(address(f), f.name || '图片') }, image);
}

export function file(f) {
  const ending = (f.name.split('.').pop() || '').slice(0, 4).toUpperCase();
  return h('a', { class: 'file', href: address(f), download: f.name || 'file' },
    h('span', { class: 'ending', 'aria-hidden': 'true' }, ending || '文件'),
    h('span', { class: 'filename' }, f.name || '文件', h('small', {}, size(f.size))));
}

// summary is the line that a list of chats shows of an item.
export function summary(item, phone, inGroup) {
  if (!item) return '还没有消息';
  const words = { card: item.title || item.card?.title, picture: '[图片]', file: '[文件] ' + (item.files[0]?.name || ''), audio: '[语音]', video: '[视频]', image: '[图片]' };
  const text = words[item.kind] ?? (item.text || item.title);
  const who = item.from === 'user' && item.author !== phone.user && inGroup ? item.authorName + ':' : '';
  return who + named(plain(text)).replace(/\s+/g, ' ');
}
