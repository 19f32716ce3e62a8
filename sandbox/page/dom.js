// Small tools for drawing: every text that people or the bot wrote enters the page as a text node, never as markup.

// h makes an element. Props starting with "on" are listeners, "data-…" and "aria-…" attributes, the rest properties.
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name.includes('-') || name === 'role' || name === 'for') node.setAttribute(name, value === true ? '' : value);
    else if (name === 'class') node.className = value;
    else node[name] = value;
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// reconcile makes container show entries {key, sig, make} in order. A node whose sig did not change stays the node it
// was, so that focus, scroll and selection survive.
export function reconcile(container, entries) {
  const old = new Map([...container.children].map((n) => [n.dataset.key, n]));
  let place = container.firstElementChild;
  for (const { key, sig, make } of entries) {
    let node = old.get(key);
    old.delete(key);
    if (!node || node.sig !== sig) {
      const fresh = make();
      fresh.dataset.key = key;
      fresh.sig = sig;
      if (node) {
        const focused = node.contains(document.activeElement);
        if (place === node) place = fresh;
        node.replaceWith(fresh);
        if (focused) (fresh.querySelector('button:not(:disabled)') || fresh).focus({ preventScroll: true });
      }
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else container.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}

const hues = ['#3b82f6', '#0ea5a4', '#8b5cf6', '#d97706', '#db2777', '#16a34a', '#475569', '#b45309'];

export function avatar(name, kind = 'person') {
  if (kind === 'bot') return h('span', { class: 'avatar bot', 'aria-hidden': 'true' }, '骏');
  let sum = 0;
  for (const c of name) sum += c.codePointAt(0);
  const node = h('span', { class: 'avatar ' + kind, 'aria-hidden': 'true' }, kind === 'group' ? '群' : name.slice(-2));
  node.style.backgroundColor = hues[sum % hues.length];
  return node;
}

export function badge(n) {
  return n > 0 ? h('span', { class: 'badge', 'aria-label': `${n} 条未读` }, n > 99 ? '99+' : String(n)) : null;
}

const week = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];

// when takes an RFC 3339 text apart as its own zone shows it: business time is never turned into the browser's zone.
export function when(text) {
  const m = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(text);
  if (!m) return { year: 0, date: '', day: '', time: '', iso: '' };
  const [, y, mo, d, time] = m;
  const day = week[new Date(Date.UTC(+y, +mo - 1, +d)).getUTCDay()];
  return { year: +y, date: `${+mo}月${+d}日`, day, time, iso: `${y}-${mo}-${d}` };
}

// stamp is a time as a chat shows it, seen from now.
export function stamp(text, now) {
  const t = when(text), n = when(now);
  if (t.iso === n.iso) return `今天 ${t.time}`;
  return `${t.year === n.year ? '' : t.year + '年'}${t.date} ${t.day} ${t.time}`;
}

// brief is a time as a list of chats shows it.
export function brief(text, now) {
  const t = when(text);
  return t.iso === when(now).iso ? t.time : t.date;
}

export function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}
