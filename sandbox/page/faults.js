// The drawer that breaks things on purpose.
import { get, post, query, remove } from './api.js';
import { h } from './dom.js';
import { drawer } from './drawer.js';
import { connectionStates, faults, routes, streamActions, switches } from './words.js';
import { store } from './store.js';

const armed = h('div', { class: 'armed' });
const lines = h('div', { class: 'armed' });
const table = h('div', { class: 'switches' });
const problem = h('p', { class: 'clock-error', role: 'alert', hidden: true });
let panel;

export function bindFaults() {
  panel = drawer('faults-drawer', 'open-faults', '故障与开关', open);
}

async function attempt(act) {
  problem.hidden = true;
  try {
    await act();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

function open() {
  if (panel.body.childElementCount === 0) {
    panel.body.append(problem, h('h3', {}, '制造故障'), faultForm(), armed,
      h('h3', {}, '长连接(Stream)'), streamButtons(), lines,
      h('h3', {}, '访问令牌'), h('button', { type: 'button', onclick: () => attempt(() => post('token/expire', {})) }, '让现在的令牌失效'),
      h('h3', {}, '文档没有说清的地方'), h('p', { class: 'about' }, '真的钉钉在这些地方怎么做没有公开说明,可以换着试。'), table);
  }
  drawFaults();
  attempt(drawSwitches);
}

const option = ([value, text]) => h('option', { value }, text);

function faultForm() {
  const kind = h('select', { 'aria-label': '故障' }, faults.map(option));
  const route = h('select', { 'aria-label': '对象' }, routes.map(option));
  const count = h('input', { type: 'number', min: 0, value: 1, 'aria-label': '次数,0 为直到解除' });
  const ms = h('input', { type: 'number', min: 0, step: 500, value: 3000, 'aria-label': '慢多少毫秒' });
  const held = h('label', {}, '晚(毫秒)', ms);
  const isTimed = () => kind.value === 'slow' || kind.value === 'late';
  kind.addEventListener('change', () => (held.hidden = !isTimed()));
  const set = () => attempt(() => post('fault', { route: route.value, kind: kind.value, count: Number(count.value), ms: isTimed() ? Number(ms.value) : 0 }));
  return h('form', { class: 'fault-form', onsubmit: (e) => { e.preventDefault(); set(); } },
    h('label', {}, '故障', kind), h('label', {}, '对象', route), h('label', {}, '次数(0为一直)', count), held, h('button', { type: 'submit', class: 'primary' }, '设置'));
}

function streamButtons() {
  return h('div', { class: 'button-row' }, streamActions.map(([action, text, about]) =>
    h('button', { type: 'button', title: about, onclick: () => attempt(() => post('stream', { action, reason: '' })) }, text)));
}

// drawFaults shows what is armed and connected now.
export function drawFaults() {
  if (!panel?.isOpen()) return;
  const name = (list, value) => list.find(([v]) => v === value)?.[1] || value;
  armed.replaceChildren(...store.state.faults.map((f) => h('div', { class: 'armed-row' },
    h('span', {}, `${name(routes, f.route)}:${name(faults, f.kind)}${f.ms ? ` ${f.ms} 毫秒` : ''},${f.count ? `还有 ${f.count} 次` : '直到解除'}`),
    h('button', { type: 'button', onclick: () => attempt(() => remove('fault' + query({ id: f.id }))) }, '解除'))));
  const rows = store.state.connections.map((c) => h('div', { class: 'armed-row' }, h('span', {}, `${connectionStates[c.state] || c.state},已推送 ${c.pushes} 次`)));
  const { fewest, most } = store.state.span;
  lines.replaceChildren(...(rows.length > 0 ? rows : [h('p', { class: 'about' }, '机器人没有连接。')]),
    h('p', { class: 'about' }, `上面最近一次按下以来,同时最少 ${fewest} 条、最多 ${most} 条。`));
}

async function drawSwitches() {
  const got = await get('switches');
  table.replaceChildren(...got.switches.map((s) => {
    const [label, values] = switches[s.name] || [s.name, {}];
    const set = (value) => attempt(() => post('switch', { name: s.name, value }));
    const field = s.values.length > 0
      ? h('select', { onchange: (e) => set(e.target.value) }, s.values.map((v) => h('option', { value: v, selected: v === s.value }, values[v] || v)))
      : h('input', { type: 'number', min: 0, value: s.value, onchange: (e) => set(e.target.value) });
    return h('label', { class: 'switch' }, h('span', {}, label), field);
  }));
}
