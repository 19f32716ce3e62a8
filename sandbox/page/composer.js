// What the owner of a phone can say and send.
import { post, told, upload } from './api.js';
import { h } from './dom.js';
import { dropInto } from './drop.js';
import { now, person, robot } from './store.js';
import { samplePhoto, sampleTable } from './sample.js';
import { examplesFor, mayImport, mayReport } from './words.js';

const mention = /^@骏马(助手)?\s*/;

export function composer(phone) {
  const input = h('input', { type: 'text', 'data-testid': 'input', 'aria-label': '消息', autocomplete: 'off', maxLength: 2000 });
  const send = h('button', { type: 'submit', class: 'primary', 'data-testid': 'send' }, '发送');
  const photo = h('button', { type: 'button', 'data-testid': 'sample-photo', onclick: () => sendPhoto() }, '示例照片');
  const table = h('button', { type: 'button', 'data-testid': 'sample-table', onclick: () => sendTable() }, '示例表格');
  const chooser = h('input', { type: 'file', multiple: true, class: 'chooser', 'aria-label': '选择图片或文件', 'data-testid': 'file', onchange: () => sendChosen() });
  const pick = h('label', { class: 'pick' }, '图片/文件', chooser);
  const examples = h('span', { class: 'examples', 'data-testid': 'examples', role: 'group', 'aria-label': '可以这样问' });
  const form = h('form', { class: 'composer', onsubmit: say }, h('div', { class: 'extras' }, pick, photo, table, examples), h('div', { class: 'line' }, input, send));
  let chat = null;

  const groupOf = () => (chat?.kind === 'group' ? chat.id : '');

  async function attempt(doing, act) {
    form.classList.add('sending');
    try {
      await act();
      phone.following = true;
      await phone.again();
      return true;
    } catch (error) {
      phone.say(told(error, doing), true);
      return false;
    } finally {
      form.classList.remove('sending');
    }
  }

  async function say(event) {
    event.preventDefault();
    const text = groupOf() ? input.value.trim().replace(mention, '') : input.value.trim();
    if (text === '' || form.classList.contains('sending')) return;
    if (await attempt('发送', () => post('say', { user: phone.phone.user, group: groupOf(), text }))) input.value = '';
  }

  const sendFile = (blob, name) => attempt('发送', () => upload(phone.phone.user, groupOf(), blob, name));

  async function sendPhoto() {
    photo.disabled = true;
    await sendFile(await samplePhoto(person(phone.phone.user), now()), '示例照片.png');
    photo.disabled = false;
  }

  const sendTable = () => sendFile(sampleTable(now()), '项目清单(示例).csv');

  async function sendAll(files) {
    if (!chat) {
      phone.say('请先打开一个聊天,再把文件放进来。', true);
      return;
    }
    for (const file of files) if (!(await sendFile(file, file.name))) return;
  }

  async function sendChosen() {
    await sendAll([...chooser.files]);
    chooser.value = '';
  }

  // update fits the composer to the chat that is open, null for none: in a group the real client sends a bot pictures
  // only.
  function update(open) {
    chat = open;
    if (!open) return;
    const inGroup = open.kind === 'group';
    const unit = person(phone.phone.user)?.unit || '';
    input.placeholder = inGroup ? `@${robot} 说点什么` : '发消息';
    chooser.accept = inGroup ? 'image/*' : '';
    pick.firstChild.textContent = inGroup ? '图片' : '图片/文件';
    photo.hidden = !mayReport(unit);
    table.hidden = inGroup || !mayImport(unit);
    offer(examplesFor(unit, inGroup));
  }

  // offer shows sentences that fill the input; sending them is left to the visitor.
  function offer(sentences) {
    const sig = sentences.join('\n');
    if (examples.sig === sig) return;
    examples.sig = sig;
    const fill = (text) => {
      input.value = text;
      input.focus({ preventScroll: true });
    };
    examples.replaceChildren(...sentences.map((text) => h('button', { type: 'button', class: 'example', onclick: () => fill(text) }, text)));
  }

  dropInto(phone.screen, sendAll);
  return { node: form, update };
}
