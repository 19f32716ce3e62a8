// What the owner of a phone can say and send.
import { post, told, upload } from './api.js';
import { h } from './dom.js';
import { now, person, robot } from './store.js';
import { samplePhoto } from './sample.js';

export function composer(phone) {
  const input = h('input', { type: 'text', 'data-testid': 'input', 'aria-label': '消息', autocomplete: 'off', maxLength: 2000 });
  const send = h('button', { type: 'submit', class: 'primary', 'data-testid': 'send' }, '发送');
  const sample = h('button', { type: 'button', 'data-testid': 'sample-photo', onclick: () => sendSample() }, '示例照片');
  const chooser = h('input', { type: 'file', class: 'chooser', 'aria-label': '选择图片或文件', 'data-testid': 'file', onchange: () => sendChosen() });
  const pick = h('label', { class: 'pick' }, '图片/文件', chooser);
  const form = h('form', { class: 'composer', onsubmit: say }, h('div', { class: 'extras' }, sample, pick), h('div', { class: 'line' }, input, send));
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
    const text = input.value.trim();
    if (text === '' || form.classList.contains('sending')) return;
    if (await attempt('发送', () => post('say', { user: phone.phone.user, group: groupOf(), text }))) input.value = '';
  }

  const sendFile = (blob, name) => attempt('发送', () => upload(phone.phone.user, groupOf(), blob, name));

  async function sendSample() {
    sample.disabled = true;
    await sendFile(await samplePhoto(person(phone.phone.user), now()), '示例照片.png');
    sample.disabled = false;
  }

  async function sendChosen() {
    const [file] = chooser.files;
    if (file) await sendFile(file, file.name);
    chooser.value = '';
  }

  // update fits the composer to the chat that is open: in a group the real client sends a bot pictures only.
  function update(open) {
    chat = open;
    const inGroup = open.kind === 'group';
    input.placeholder = inGroup ? `@${robot} 说点什么` : '发消息';
    chooser.accept = inGroup ? 'image/*' : '';
    pick.firstChild.textContent = inGroup ? '图片' : '图片/文件';
  }

  return { node: form, update };
}
