// What the page knows and which phones lie open. The choice of phones is kept in the browser.
import { get, query } from './api.js';
import { plain } from './markdown.js';

const kept = 'junma.phones', keptActive = 'junma.active';
export const robot = '骏马助手';
const firstItems = 60;

// A phone is {key, user, group, chat, items}: whose eyes it shows, and which conversation is open on it ("" = the list).
// A group's phone has key = group's id and the eyes of one member.
export const store = {
  state: null, // all people and groups, with the last item of each conversation
  inboxes: new Map(), // user → conversations of the phones that are open, with their items
  phones: [],
  active: '', // the one phone shown on a narrow window
  chosen: false, // a visitor has chosen the phones
};

const narrow = matchMedia('(max-width: 720px)');
export const isNarrow = () => narrow.matches;
export const onWidth = (f) => narrow.addEventListener('change', f);

export const person = (id) => store.state?.people.find((p) => p.id === id);
export const group = (id) => store.state?.groups.find((g) => g.id === id);
// named is what the client makes of a mention by account: @user-lin becomes @林某.
export const named = (text) => text.replace(/@([\w-]+)/g, (whole, id) => (person(id) ? '@' + person(id).name : whole));

export const single = (user) => store.state?.inboxes[user]?.find((c) => c.kind === 'single');
export const now = () => store.state?.now || '';

export function unreadOf(phone) {
  const chats = store.state?.inboxes[phone.user] || [];
  return chats.reduce((sum, c) => (phone.group && c.id !== phone.group ? sum : sum + c.unread), 0);
}

export const titleOf = (phone) => (phone.group ? group(phone.group)?.title : person(phone.user)?.name) || '';

// refresh fetches the overview and the conversations of the phones that are on screen.
export async function refresh() {
  const state = await get('state' + query({ items: 1 }));
  store.state = state;
  if (state.people.length === 0) return; // a program that has just started knows nobody yet: the phones stay as chosen
  store.phones = store.phones.filter((p) => person(p.user) && (!p.group || group(p.group)?.members.includes(p.user)));
  const shown = store.phones.filter((p) => !isNarrow() || p.key === store.active);
  await Promise.all(shown.map(fetchPhone));
}

export async function fetchPhone(phone) {
  const state = await get('state' + query({ user: phone.user, items: phone.items }));
  phone.rev = state.rev;
  store.inboxes.set(phone.key, state.inboxes[phone.user] || []);
}

function make(key, as = '') {
  const g = group(key);
  if (!g) return person(key) && { key, user: key, group: '', chat: single(key)?.id ?? '', items: firstItems };
  const user = g.members.includes(as) ? as : g.members.find((m) => person(m));
  return user && { key, user, group: key, chat: key, items: firstItems };
}

// openPhone puts a phone on screen, at the end of the row, and makes it the active one.
export function openPhone(key, as) {
  let phone = store.phones.find((p) => p.key === key);
  if (!phone) {
    phone = make(key, as);
    if (!phone) return null;
    store.phones.push(phone);
  }
  store.active = key;
  store.chosen = true;
  keep();
  return phone;
}

export function closePhone(key) {
  const at = store.phones.findIndex((p) => p.key === key);
  if (at < 0) return;
  store.phones.splice(at, 1);
  store.inboxes.delete(key);
  if (store.active === key) store.active = (store.phones[at] || store.phones[at - 1])?.key || '';
  store.chosen = true;
  keep();
}

export function activate(key) {
  store.active = key;
  store.chosen = true;
  keep();
}

export function keep() {
  remember(kept, JSON.stringify(store.phones.map((p) => [p.key, p.group ? p.user : ''])));
  remember(keptActive, store.active);
}

// recall and remember do without the browser's storage where it is switched off.
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // the choice lasts as long as the page
  }
}

// restore opens the phones of the last visit, or else a sensible first set.
export async function restore() {
  let list = [];
  try {
    list = JSON.parse(recall(kept) || '[]');
  } catch {
    // somebody else's data: as if there were none
  }
  store.phones = list.map(([key, as]) => make(key, as)).filter(Boolean);
  store.chosen = store.phones.length > 0;
  store.active = recall(keptActive) || '';
  if (!store.chosen) await choose();
  if (!store.phones.some((p) => p.key === store.active)) store.active = store.phones[0]?.key || '';
}

const roles = { town: /(镇|乡|街道)$/, department: /住建|建设/, taskforce: /专班/, leader: /领导/ };

// choose opens one phone of each role, the one with the most unread messages, and the leaders' group; the department is
// the one that an orange warning of the town names, if there is one.
export async function choose() {
  const { people, groups, inboxes } = store.state;
  const unread = (user, chat) => (inboxes[user] || []).reduce((n, c) => n + (!chat || c.id === chat ? c.unread : 0), 0);
  const most = (list, count) => list.reduce((best, x) => (best && count(best) >= count(x) ? best : x), null);
  const ofRole = (role) => most(people.filter((p) => role.test(p.unit)), (p) => unread(p.id));
  const town = ofRole(roles.town);
  const named = town && (await warnedDepartment(town.id));
  const department = named && people.find((p) => p.unit.endsWith(named));
  const picked = [town, department || ofRole(roles.department), ofRole(roles.taskforce), ofRole(roles.leader)].filter(Boolean);
  for (const p of people) if (picked.length < 3 && !picked.includes(p)) picked.push(p);
  const joined = groups.filter((x) => x.robot);
  const g = joined.find((x) => roles.leader.test(x.title)) || most(joined, (x) => unread(x.members[0], x.id));
  store.phones = [...picked, g].filter(Boolean).map((x) => make(x.id)).filter(Boolean);
  store.active = store.phones[0]?.key || '';
}

// warnedDepartment reads which department a person's latest orange warning names: 环节:施工许可(住建局).
async function warnedDepartment(user) {
  const { inboxes } = await get('state' + query({ user, items: 10 }));
  const items = inboxes[user]?.find((c) => c.kind === 'single')?.items || [];
  const warning = items.findLast((i) => i.unread && i.card?.title.startsWith('【橙色预警'));
  return (warning && /环节:[^()]*\(([^()]+)\)/.exec(plain(warning.card.markdown))?.[1]) || '';
}
