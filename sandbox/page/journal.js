// The drawer with the bot's calls and what was pushed to it.
import { get, query } from './api.js';
import { h, when } from './dom.js';
import { drawer } from './drawer.js';
import { kinds } from './words.js';

const shown = 300; // entries kept on screen
const rows = h('div', { class: 'journal-rows' });
const counts = h('p', { class: 'about counts' });
const onlyBad = h('input', { type: 'checkbox' });
let panel, seen = -1, entries = [], busy = false;

export function bindJournal() {
  panel = drawer('journal-drawer', 'open-journal', '调用记录', () => {
    if (panel.body.childElementCount === 0) panel.body.append(counts, h('label', { class: 'check' }, onlyBad, '只看出错、被故障击中和有提醒的'), rows);
    drawJournal();
  });
  onlyBad.addEventListener('change', draw);
}

// drawJournal fetches what is new; of a long past only the end.
export async function drawJournal() {
  if (!panel?.isOpen() || busy) return;
  busy = true;
  try {
    if (seen < 0) {
      const { counts: all } = await get('journal' + query({ since: Number.MAX_SAFE_INTEGER }));
      seen = Math.max(0, Object.values(all).reduce((a, b) => a + b, 0) - shown);
    }
    const got = await get('journal' + query({ since: seen }));
    seen = got.entries.at(-1)?.seq ?? seen;
    entries = [...entries, ...got.entries].slice(-shown);
    counts.textContent = Object.entries(got.counts).map(([kind, n]) => `${kinds[kind] || kind} ${n}`).join('　') || '还没有调用。';
    if (got.entries.length > 0 || rows.childElementCount === 0) draw();
  } catch (error) {
    counts.textContent = error.message;
  } finally {
    busy = false;
  }
}

function draw() {
  const list = entries.filter((e) => !onlyBad.checked || e.error || e.fault || e.warnings?.length || (e.status >= 400 || e.status === 0)).toReversed();
  const open = new Set([...rows.querySelectorAll('details[open]')].map((d) => d.dataset.seq));
  rows.replaceChildren(...list.map((e) => entry(e, open.has(String(e.seq)))));
}

const quota = { api: 'API', event: '推送' };

function entry(e, isOpen) {
  const bad = e.error || e.status >= 400 || e.status === 0;
  const t = when(e.at);
  const notes = [e.error, e.fault && `故障:${e.fault}`, ...(e.warnings || []).map((w) => `提醒:${w}`)].filter(Boolean);
  const pretty = (v) => JSON.stringify(v, null, 2);
  return h('details', { open: isOpen, 'data-seq': String(e.seq), class: bad ? 'bad' : '' },
    h('summary', {}, h('time', {}, `${t.date} ${t.time}`), h('b', {}, kinds[e.kind] || e.kind), h('span', {}, e.status === 0 ? '没有答复' : String(e.status)), e.counted && h('span', { class: 'tag' }, quota[e.class] || e.class)),
    h('p', { class: 'path' }, `${e.method} ${e.path}`), notes.map((n) => h('p', { class: 'note' }, n)),
    e.request && h('pre', {}, '请求 ' + pretty(e.request)), e.response && h('pre', {}, '答复 ' + pretty(e.response)));
}
