// The page: one stream of events from the sandbox, one refresh at a time, everything drawn from what was fetched.
import { bindClock, drawClock, drawMeters, inHistory } from './clock.js';
import { h } from './dom.js';
import { bindDrop } from './drop.js';
import { bindFaults, drawFaults } from './faults.js';
import { bindJournal, drawJournal } from './journal.js';
import { drawChips, drawHelp, openPicker, placePicker } from './picker.js';
import { Phone } from './phone.js';
import { choose, isNarrow, onWidth, refresh, restore, store } from './store.js';

const gap = 250, historyGap = 900; // ms between two refreshes; the past fills the phones in larger steps

const row = document.getElementById('phones');
const phones = new Map(); // key → Phone
const nobody = h('p', { class: 'nobody' });
let wanted = 0, drawn = -1, running = false, hadHistory = false;

// keepUp fetches and draws until the newest revision is on screen.
async function keepUp() {
  if (running) return;
  running = true;
  while (drawn !== wanted) {
    const aim = wanted;
    try {
      await load();
      drawn = aim;
    } catch (error) {
      say(error.message);
    }
    await new Promise((done) => setTimeout(done, inHistory() ? historyGap : gap));
  }
  running = false;
}

async function load() {
  const first = !store.state || store.phones.length === 0;
  await refresh();
  if (first && store.state.people.length > 0) {
    if (!store.chosen) await restore();
    await refresh();
  }
  if (hadHistory && !inHistory()) {
    hadHistory = false;
    if (!store.chosen) {
      await choose();
      await refresh();
    }
  }
  draw();
}

function draw() {
  if (!store.state) return;
  drawMeters(store.state.meters);
  for (const [key, p] of phones) {
    if (store.phones.includes(p.phone)) continue;
    p.node.remove();
    phones.delete(key);
  }
  nobody.textContent = store.state.people.length > 0 ? '点“人员和群”,打开一部手机。' : '正在准备人员和群…';
  if (store.phones.length === 0) row.append(nobody);
  else nobody.remove();
  store.phones.forEach((phone, i) => {
    if (!phones.has(phone.key)) phones.set(phone.key, new Phone(phone, refreshNow));
    const p = phones.get(phone.key);
    if (row.children[i] !== p.node) row.insertBefore(p.node, row.children[i] || null);
    p.node.hidden = isNarrow() && phone.key !== store.active;
    if (!p.node.hidden) p.draw();
  });
  drawChips(shown);
  drawHelp(shown, inHistory());
  drawFaults();
  drawJournal();
}

// tick lets the phones' own clocks go along between two refreshes.
function tick(now) {
  if (!store.state || store.state.now === now) return;
  store.state.now = now;
  for (const p of phones.values()) if (!p.node.hidden) p.draw();
}

function refreshNow() {
  drawn = -1;
  return keepUp();
}

// shown brings a phone that was asked for into view and reads it.
async function shown(key) {
  draw();
  try {
    await load();
  } catch (error) {
    say(error.message);
  }
  const p = phones.get(key);
  if (!p) return;
  p.node.scrollIntoView({ inline: 'center', block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  p.chat.focus({ preventScroll: true });
  p.read();
}

function say(text) {
  const line = document.getElementById('clock-error');
  line.textContent = text;
  line.hidden = text === '';
}

let lost = false;

function listen() {
  const events = new EventSource('/sandbox/clock/events');
  events.addEventListener('clock', (event) => {
    const state = JSON.parse(event.data);
    if (lost) say('');
    lost = false;
    drawClock(state);
    tick(state.now);
    if (inHistory()) hadHistory = true;
    if (hadHistory && !inHistory()) drawn = -1;
    wanted = state.rev;
    keepUp();
  });
  events.addEventListener('error', () => {
    lost = true;
    say('与模拟环境的连接断了,正在重连;如果一直连不上,请看 junma 程序是否还在运行。');
  });
}

bindClock();
bindDrop();
bindFaults();
bindJournal();
document.getElementById('open-picker').addEventListener('click', () => store.state && openPicker(shown));
onWidth(() => {
  placePicker();
  refreshNow();
});
placePicker();
listen();
