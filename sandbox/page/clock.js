// The clock at the top: what time it is, how far a move or the history has come, and the buttons that move it.
import { post } from './api.js';
import { h, when } from './dom.js';

const $ = (id) => document.getElementById(id);
const buttons = [...document.querySelectorAll('[data-move]'), $('go-date')];
let clock = null;

export function bindClock() {
  for (const b of document.querySelectorAll('[data-move]')) b.addEventListener('click', () => move(b.dataset.move));
  const toDate = () => ($('to-date').value ? move($('to-date').value) : fail('请先选一个日期。'));
  $('more').addEventListener('click', () => $('more').setAttribute('aria-expanded', String($('bar').classList.toggle('unfolded'))));
  $('go-date').addEventListener('click', toDate);
  $('to-date').addEventListener('keydown', (e) => e.key === 'Enter' && toDate());
}

async function move(to) {
  fail('');
  for (const b of buttons) b.disabled = true;
  try {
    drawClock(await post('clock', { to, wait: false }));
  } catch (error) {
    if (clock) drawClock(clock);
    fail(error.message);
  }
}

function fail(text) {
  $('clock-error').textContent = text;
  $('clock-error').hidden = text === '';
}

export const inHistory = () => Boolean(clock?.history && clock.history.done < clock.history.total);

// drawClock shows a state of GET /sandbox/clock. The answer to a move can arrive after the event that tells its end.
export function drawClock(state) {
  if (clock && state.seq < clock.seq) return;
  const before = clock;
  clock = state;
  const t = when(state.now);
  $('clock-time').textContent = t.time;
  $('clock-day').textContent = `${t.year}年${t.date} ${t.day}`;
  $('to-date').min = t.iso;
  if (!$('to-date').value || $('to-date').value < t.iso) $('to-date').value = t.iso;
  for (const b of buttons) b.disabled = state.moving || inHistory();
  drawProgress(state);
  if (state.moving) fail('');
  else if (state.failure && state.failure !== before?.failure) fail(state.failure);
}

function drawProgress(state) {
  $('progress').hidden = !state.moving && !inHistory();
  if ($('progress').hidden) return;
  let part, text;
  if (inHistory()) {
    const { done, total, label } = state.history;
    part = done / total;
    text = `历史推演 ${done}/${total}${label ? ' · ' + label : ''}`;
  } else {
    const [from, to, at] = [state.from, state.to, state.now].map(Date.parse);
    part = to > from ? (at - from) / (to - from) : 0;
    text = `正在走到 ${when(state.to).date} ${when(state.to).time},现在 ${when(state.now).date} ${when(state.now).time}`;
  }
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  $('progress').setAttribute('aria-valuenow', percent);
  $('progress').setAttribute('aria-valuetext', text);
  $('progress-fill').style.width = percent + '%';
  $('progress-text').textContent = text;
}

export function drawMeters(meters) {
  const month = Number(meters.month.slice(5));
  const one = (name, m, about) => h('span', { title: about, class: m.used > m.limit ? 'over' : '' }, `${name} `, h('b', {}, String(m.used)), `/${m.limit}`);
  $('meters').replaceChildren(h('span', {}, `${month}月用量`), one('API', meters.api, '本月 API 调用次数和免费额度'), one('推送', meters.events, '本月 Webhook 和 Stream 推送次数和免费额度'));
}
