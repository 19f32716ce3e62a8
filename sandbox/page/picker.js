// Who can be looked at: the switcher's chips, the picker and the first-time help.
import { avatar, badge, h, reconcile } from './dom.js';
import { activate, closePhone, isNarrow, openPhone, person, recall, remember, store, titleOf, unreadOf } from './store.js';

const helpSeen = 'junma.help';

const chips = document.getElementById('chips');
const dialog = document.getElementById('picker');
const help = document.getElementById('help');
let shownActive = '';

export function drawChips(changed) {
  reconcile(chips, store.phones.map((p) => {
    const unread = unreadOf(p), on = p.key === store.active;
    const unit = p.group ? '' : person(p.user)?.unit || '';
    return { key: p.key, sig: JSON.stringify([titleOf(p), unit, unread, on]), make: () => h('button', {
      type: 'button', class: 'chip', 'aria-pressed': String(on), 'data-testid': 'chip-' + p.key, onclick: () => { activate(p.key); changed(p.key); },
    }, titleOf(p), unit && h('small', {}, unit), badge(unread)) };
  }));
  if (shownActive === store.active) return;
  shownActive = store.active;
  chips.querySelector('[aria-pressed=true]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
}

// placePicker puts the picker's button where the window has room for it.
export function placePicker() {
  document.getElementById(isNarrow() ? 'switcher' : 'tools').prepend(document.getElementById('open-picker'));
}

// openPicker lists everybody by unit, and the groups, and opens what is chosen. Where several phones have room beside
// each other it stays, so that several can be chosen, or put away.
export function openPicker(changed) {
  const search = h('input', { type: 'search', placeholder: '搜姓名、单位或群', 'aria-label': '搜姓名、单位或群', 'data-testid': 'people-search', oninput: () => draw() });
  const list = h('div', { class: 'people' });
  const choose = (key) => {
    const open = !isNarrow() && store.phones.some((p) => p.key === key);
    if (open) closePhone(key);
    else openPhone(key);
    if (isNarrow()) dialog.close();
    else draw();
    changed(open ? '' : key);
  };
  const draw = () => list.replaceChildren(...sections(search.value.trim(), choose));
  dialog.replaceChildren(
    h('div', { class: 'drawer-head' }, h('h2', {}, '打开谁的手机'), h('button', { type: 'button', class: 'close', 'aria-label': '关闭', 'data-testid': 'people-close', onclick: () => dialog.close() }, '×')),
    search, list);
  draw();
  dialog.showModal();
}

function sections(word, choose) {
  const { people, groups } = store.state;
  const fits = (...texts) => texts.some((t) => t.includes(word));
  const units = new Map();
  for (const p of people) if (fits(p.name, p.unit)) units.set(p.unit || '其他', [...(units.get(p.unit || '其他') || []), p]);
  const out = [];
  const shown = groups.filter((g) => g.robot && fits(g.title));
  if (shown.length > 0) {
    const unread = (g) => unreadOf({ user: g.members[0], group: g.id });
    out.push(section('群', shown.map((g) => row(g.id, g.title, 'group', unread(g), choose)), 'groups'));
  }
  for (const [unit, members] of units) {
    out.push(section(unit, members.map((p) => row(p.id, p.name, 'person', unreadOf({ user: p.id }), choose))));
  }
  return out.length > 0 ? out : [h('p', { class: 'empty' }, '没有找到,换个词试试。')];
}

function section(title, rows, kind = '') {
  return h('section', { class: kind }, h('h3', {}, title), h('div', { class: 'rows' }, rows));
}

function row(key, name, kind, unread, choose) {
  const open = store.phones.some((p) => p.key === key);
  return h('button', { type: 'button', class: 'pickrow', 'data-testid': 'pick-' + key, 'aria-pressed': String(open), onclick: () => choose(key) }, avatar(name, kind), h('span', {}, name), open && h('small', { role: 'img', 'aria-label': '已打开', title: '已打开' }, '✓'), badge(unread));
}

// candidate is somebody whose last message is an unread card with a button: news, not the answer to a question.
function candidate() {
  let best = null;
  for (const p of store.state.people) {
    const chat = store.state.inboxes[p.id]?.find((c) => c.kind === 'single');
    const card = chat?.unread > 0 ? chat.items.at(-1)?.card : null;
    if (!card?.title.startsWith('【')) continue;
    const button = card.buttons.find((b) => b.color === 'blue' && !b.url) || card.buttons.find((b) => !b.url);
    if (!button) continue;
    const found = { person: p, button: button.text, open: store.phones.some((x) => x.key === p.id) };
    if (!best || (found.open && !best.open)) best = found;
  }
  return best;
}

// drawHelp tells a first visitor what to try, by what is on the phones now.
export function drawHelp(changed, waiting) {
  help.hidden = waiting || recall(helpSeen) === 'seen';
  if (help.hidden) return;
  const who = candidate();
  reconcile(help, [{ key: 'help', sig: JSON.stringify(who), make: () => h('div', { class: 'help-row' },
    h('p', {}, h('strong', {}, '试试:'), ...(who
      ? [`${who.open ? '在' : '打开'}${who.person.unit}${who.person.name}的手机${who.open ? '上' : ','}点[${who.button}],照助手的话往下走;再点[+1天],看之后发生什么。`]
      : ['点上面的[+1天]让日子往前走,预警卡片会来到联系人的手机上;也可以在任何一部手机上发“帮助”。'])),
    h('span', { class: 'help-acts' },
      who && h('button', { type: 'button', class: 'primary', onclick: () => { openPhone(who.person.id); changed(who.person.id); } }, who.open ? '去看' : '打开'),
      h('button', { type: 'button', 'data-testid': 'help-close', onclick: () => { remember(helpSeen, 'seen'); help.hidden = true; } }, '知道了'))) }]);
}
