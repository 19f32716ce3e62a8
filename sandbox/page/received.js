// The files of a chat, newest first, as the client lists them.
import { get, query } from './api.js';
import { h, reconcile, stamp } from './dom.js';
import { file, picture } from './messages.js';
import { now, robot } from './store.js';

const kinds = ['file', 'picture', 'image', 'richText'];

// chatFiles fetches everything that was ever sent in a chat.
export async function chatFiles(user, chat) {
  const state = await get('state' + query({ user, items: 0 }));
  const items = state.inboxes[user]?.find((c) => c.id === chat)?.items || [];
  return items.filter((item) => kinds.includes(item.kind)).flatMap((item) => item.files.map((f) => ({ item, file: f }))).toReversed();
}

// drawFiles shows them; null = still being fetched.
export function drawFiles(node, files, acts) {
  const entries = (files || []).map(({ item, file: f }) => ({ key: `${item.seq}-${f.code}`, sig: item.at, make: () => h('div', { class: 'received' },
    f.type.startsWith('image/') ? picture(f, acts) : file(f),
    h('small', {}, `${item.from === 'bot' ? robot : item.authorName} · ${stamp(item.at, now())}`)) }));
  const none = files ? '这个聊天里还没有文件。' : '正在读取…';
  reconcile(node, entries.length > 0 ? entries : [{ key: 'none', sig: none, make: () => h('p', { class: 'empty' }, none) }]);
}
