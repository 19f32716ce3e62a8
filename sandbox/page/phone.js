// One phone: a list of conversations, or one chat with its composer.
import { post, told } from './api.js';
import { avatar, badge, brief, h, reconcile, stamp, when } from './dom.js';
import { message, summary } from './messages.js';
import { navBar } from './nav.js';
import { composer } from './composer.js';
import { chatFiles, drawFiles } from './received.js';
import { closePhone, fetchPhone, group, keep, now, person, robot, store, titleOf, unreadOf } from './store.js';

const stampGap = 10 * 60 * 1000; // a time stands between two messages that are further apart
const nearEnd = 80; // pixels: a reader this close to the end follows what comes

export class Phone {
  constructor(phone, changed) {
    this.phone = phone;
    this.changed = changed; // asks the page to draw everything anew
    this.pressing = new Map(); // outTrackId → button under way
    this.acts = { press: (c, b) => this.press(c, b), visit: (u) => this.visit(u), enlarge };
    this.screen = h('div', { class: 'screen' });
    this.label = h('div', { class: 'label' });
    this.status = h('div', { class: 'status', 'aria-hidden': 'true' });
    this.nav = navBar(() => (this.filing ? this.showFiles(false) : this.show('')), () => this.showFiles(true));
    this.list = h('div', { class: 'list' });
    this.chat = h('div', { class: 'chat', role: 'log', tabIndex: 0 });
    this.files = h('div', { class: 'list files', 'aria-label': '聊天文件', 'data-testid': 'files', tabIndex: -1 });
    this.filing = false; // the files of the chat stand in its place
    this.newer = h('button', { type: 'button', class: 'newer', 'data-testid': 'newer', hidden: true, onclick: () => this.goToEnd() }, '↓ 有新消息');
    this.toast = h('div', { class: 'toast', role: 'status', 'data-testid': 'toast', hidden: true });
    this.composer = composer(this);
    this.screen.append(this.status, this.nav.node, this.list, this.chat, this.files, this.newer, this.toast, this.composer.node);
    this.node = h('section', { class: 'phone', 'data-testid': 'phone-' + phone.key, 'data-group': phone.group || null }, this.label, this.screen);
    // never before a click has ended: what a read changes on the page would move the button away from the pointer
    for (const kind of ['click', 'keyup', 'wheel', 'touchmove']) this.chat.addEventListener(kind, () => this.read(), { passive: true });
    this.composer.node.addEventListener('focusin', () => this.read());
    this.following = true; // the reader is at the end of the chat and stays there
    this.lastTop = 0;
    this.chat.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.follow()).observe(this.chat);
  }

  conversations() {
    const all = store.inboxes.get(this.phone.key) || [];
    return this.phone.group ? all.filter((c) => c.id === this.phone.group) : all;
  }

  open() {
    return this.conversations().find((c) => c.id === this.phone.chat);
  }

  draw() {
    const chat = this.open();
    this.node.setAttribute('aria-label', titleOf(this.phone) + '的手机');
    this.status.textContent = when(now()).time;
    this.drawLabel();
    this.drawNav(chat);
    this.list.hidden = Boolean(chat);
    this.chat.hidden = !chat || this.filing;
    this.files.hidden = !chat || !this.filing;
    this.composer.node.hidden = this.chat.hidden;
    this.composer.update(chat);
    if (this.chat.hidden) this.newer.hidden = true;
    if (!chat) this.drawList();
    else if (this.filing) this.drawReceived(chat);
    else this.drawChat(chat);
  }

  // drawReceived shows the files that are known, and fetches them anew when the phone has seen something since.
  async drawReceived(chat) {
    drawFiles(this.files, this.received, this.acts);
    if (this.receivedAt === this.phone.rev) return;
    this.receivedAt = this.phone.rev;
    try {
      this.received = await chatFiles(this.phone.user, chat.id);
    } catch (error) {
      this.say(error.message, true);
    }
    drawFiles(this.files, this.received, this.acts);
  }

  showFiles(on) {
    this.filing = on;
    this.received = null;
    this.receivedAt = -1;
    this.draw();
    (on ? this.files : this.chat).focus({ preventScroll: true });
  }

  drawLabel() {
    const { phone } = this;
    const p = person(phone.user);
    const members = phone.group ? (group(phone.group)?.members || []).map(person).filter(Boolean) : [];
    const sig = JSON.stringify([titleOf(phone), p, members.length, phone.user]);
    reconcile(this.label, [{ key: 'label', sig, make: () => h('div', { class: 'label-row' },
      h('div', { class: 'owner' },
        h('strong', {}, titleOf(phone)),
        phone.group ? this.eyes(members) : h('span', {}, p?.unit || '', p && !p.visible && h('em', {}, ' 看不到机器人'))),
      h('button', { type: 'button', class: 'close', 'aria-label': `收起${titleOf(phone)}的手机`, onclick: () => this.close() }, '×')) }]);
  }

  // eyes chooses the member with whose eyes a group is seen.
  eyes(members) {
    const choice = h('select', { 'aria-label': '以谁的身份看这个群', onchange: () => this.seeAs(choice.value) },
      members.map((m) => h('option', { value: m.id, selected: m.id === this.phone.user }, `${m.name} · ${m.unit}`)));
    return h('label', {}, '身份 ', choice);
  }

  async seeAs(user) {
    this.phone.user = user;
    keep();
    await this.again();
  }

  async again() {
    try {
      await fetchPhone(this.phone);
    } catch (error) {
      this.say(error.message);
    }
    this.draw();
  }

  close() {
    closePhone(this.phone.key);
    this.changed();
  }

  drawNav(chat) {
    const { phone } = this;
    this.nav.draw(chat, {
      filing: this.filing, leads: chat && (this.filing || !phone.group), members: group(chat?.id)?.members.length ?? '',
      elsewhere: chat && !phone.group ? unreadOf(phone) - chat.unread : 0, all: unreadOf(phone),
    });
  }

  drawList() {
    const latest = (c) => (c.items.length > 0 ? Date.parse(c.items.at(-1).at) : 0);
    const entries = this.conversations().toSorted((a, b) => latest(b) - latest(a)).map((c) => {
      const last = c.items.at(-1);
      const title = c.kind === 'single' ? robot : c.title;
      const line = summary(last, this.phone, c.kind === 'group');
      const time = last ? brief(last.at, now()) : '';
      return { key: c.id, sig: JSON.stringify([title, c.unread, line, time]), make: () => h('button', { type: 'button', class: 'row', onclick: () => this.show(c.id) },
        avatar(title, c.kind === 'single' ? 'bot' : 'group'),
        h('span', { class: 'row-main' }, h('span', { class: 'row-title' }, title), h('span', { class: 'row-line' }, line)),
        h('span', { class: 'row-end' }, h('time', {}, time), badge(c.unread))) };
    });
    reconcile(this.list, entries);
  }

  show(id) {
    this.phone.chat = id;
    this.filing = false;
    this.chat.replaceChildren();
    this.following = true;
    this.newest = undefined;
    this.draw();
    this.read();
    (id ? this.chat : this.list.querySelector('button'))?.focus({ preventScroll: true });
  }

  toEnd() {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight;
  }

  // scrolled tells a reader who goes up from a chat that has grown or shrunk under a reader at its end.
  scrolled() {
    const top = this.chat.scrollTop;
    if (this.toEnd() < nearEnd) this.following = true;
    else if (top < this.lastTop) this.following = false;
    this.lastTop = top;
    if (this.following) this.hint();
  }

  follow() {
    if (this.following) this.chat.scrollTop = this.chat.scrollHeight;
  }

  goToEnd() {
    this.following = true;
    this.follow();
    this.hint();
    this.chat.focus({ preventScroll: true });
  }

  // hint tells a reader who has gone up that something has come below.
  hint(newest = this.newest) {
    if (this.following || this.newest === undefined) this.seen = newest;
    this.newest = newest;
    this.newer.hidden = this.chat.hidden || this.seen === newest;
  }

  drawChat(chat) {
    this.chat.setAttribute('aria-label', chat.kind === 'single' ? `与${robot}的聊天` : chat.title);
    reconcile(this.chat, this.entries(chat));
    this.follow();
    this.hint(chat.items.at(-1)?.seq);
  }

  entries(chat) {
    const out = [];
    if (chat.items.length >= this.phone.items) {
      out.push({ key: 'more', sig: '', make: () => h('button', { type: 'button', class: 'more', onclick: () => this.more() }, '看更早的消息') });
    }
    if (chat.items.length === 0) {
      out.push({ key: 'empty', sig: '', make: () => h('p', { class: 'empty' }, chat.kind === 'single' ? `还没有消息。可以发“帮助”给${robot}。` : '还没有消息。') });
    }
    let before = 0;
    for (const item of chat.items) {
      const at = Date.parse(item.at);
      if (at - before > stampGap) {
        const text = stamp(item.at, now());
        out.push({ key: 'at-' + item.seq, sig: text, make: () => h('time', { class: 'stamp' }, text) });
      }
      before = at;
      const pressing = (item.card && this.pressing.get(item.card.outTrackId)) || '';
      out.push({ key: 'i-' + item.seq, sig: JSON.stringify(item) + this.phone.user + pressing, make: () => message(item, this.phone, pressing, this.acts, chat.kind === 'group') });
    }
    return out;
  }

  async more() {
    this.phone.items += 100;
    const below = this.toEnd();
    this.following = false;
    await this.again();
    this.chat.scrollTop += this.toEnd() - below;
  }

  // read tells the pretend server that the owner has looked; it is the visitor's act, never the page's own.
  read() {
    const chat = this.open();
    if (!chat || chat.unread === 0 || this.reading) return;
    this.reading = true;
    post('read', { user: this.phone.user, conversation: chat.id })
      .catch(() => {}) // the next look tries again
      .finally(() => (this.reading = false));
  }

  async press(card, button) {
    this.pressing.set(card, button);
    this.draw();
    try {
      const { results } = await post('press', { user: this.phone.user, card, button });
      const failed = results.find((r) => !r.ok);
      if (failed) this.say(`操作失败,请稍后再试。(${failed.failure.replace(/(\d+)s/, '$1 秒')})`, true);
    } catch (error) {
      this.say(error.status === 409 ? '这个按钮现在按不了,请看卡片的最新内容。' : told(error, '按'), true);
    }
    await this.again();
    this.pressing.delete(card);
    this.draw();
  }

  // visit opens addresses of this machine only: the sandbox works without a network.
  visit(address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
      window.open(url, '_blank', 'noopener');
      return;
    }
    this.say(`在真的钉钉里会打开:${address}`);
  }

  say(text, bad = false) {
    this.toast.textContent = text;
    this.toast.className = 'toast' + (bad ? ' bad' : '');
    this.toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast.hidden = true), 6000);
  }
}

function enlarge(address, name) {
  const dialog = document.getElementById('photo');
  dialog.replaceChildren(h('img', { src: address, alt: name }), h('button', { type: 'button', onclick: () => dialog.close() }, '关闭'));
  dialog.showModal();
}
