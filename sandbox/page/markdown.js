// The part of markdown that a DingTalk card shows, drawn as nodes: **bold**, *italic*, `code`, [text](address), lists,
// quotes, headings, rules. A backslash takes the meaning from the next punctuation mark; a line break counts when two
// spaces or a backslash stand before it, or a blank line makes a new paragraph.
import { h } from './dom.js';

const punctuation = /[!-/:-@[-`{-~]/;
const signs = { '🟢': ['green', '绿'], '🟠': ['orange', '橙'], '🔴': ['red', '红'] };

// plain is a card's text as it is read: without the signs of emphasis and the backslashes.
export const plain = (text) => String(text).replaceAll('**', '').replace(/\\([!-/:-@[-`{-~])/g, '$1');

export function markdown(text) {
  const box = document.createDocumentFragment();
  let block = null; // {kind, node, lines}
  const end = () => {
    if (block) block.close();
    block = null;
  };
  for (const raw of String(text).replaceAll('\r', '').split('\n')) {
    const line = raw.replace(/^[ \t]+/, '');
    if (line.trim() === '') {
      end();
      continue;
    }
    const found = match(line);
    if (found.single) {
      end();
      box.append(found.single);
    } else if (block && block.kind === found.kind) {
      block.add(found.rest);
    } else if (block && block.lazy && found.kind === 'p') {
      block.more(found.rest);
    } else {
      end();
      block = open(found.kind, box);
      block.add(found.rest);
    }
  }
  end();
  return box;
}

function match(line) {
  let m;
  if (/^([-*_])\s*(\1\s*){2,}$/.test(line)) return { single: h('hr') };
  if ((m = /^(#{1,6})\s+(.*)$/.exec(line))) return { single: h('p', { class: 'heading' }, inline(m[2])) };
  if ((m = /^[-*+]\s+(.*)$/.exec(line))) return { kind: 'ul', rest: m[1] };
  if ((m = /^(\d{1,9})[.)]\s+(.*)$/.exec(line))) return { kind: 'ol', rest: m[2] };
  if ((m = /^>\s?(.*)$/.exec(line))) return { kind: 'blockquote', rest: m[1] };
  return { kind: 'p', rest: line };
}

function open(kind, box) {
  const node = h(kind);
  box.append(node);
  const list = kind === 'ul' || kind === 'ol';
  let lines = [];
  const flush = () => {
    if (lines.length === 0) return;
    const target = list ? node.appendChild(h('li')) : node;
    target.append(...joined(lines));
    lines = [];
  };
  return {
    kind,
    lazy: kind !== 'p',
    add(line) {
      if (list) flush();
      lines.push(line);
    },
    more: (line) => lines.push(line),
    close: flush,
  };
}

// joined draws the lines of one paragraph; a bare line end is a space, as in markdown.
function joined(lines) {
  const marked = lines.map((line, i) => {
    if (i === lines.length - 1) return line.trimEnd();
    if (/ {2,}$/.test(line)) return line.trimEnd() + '\n';
    if (/(^|[^\\])(\\\\)*\\$/.test(line)) return line.slice(0, -1) + '\n';
    return line.trimEnd() + ' ';
  });
  return inline(marked.join(''));
}

// inline draws one run of text as nodes.
export function inline(text) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = '';
  };
  const push = (node) => {
    flush();
    nodes.push(node);
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i];
    const next = text[i + 1] || '';
    if (c === '\\' && punctuation.test(next)) {
      plain += next;
      i += 2;
    } else if (c === '\n') {
      push(h('br'));
      i++;
    } else if (text.startsWith('**', i) && closing(text, i + 2, '**') > 0) {
      const at = closing(text, i + 2, '**');
      push(h('strong', {}, inline(text.slice(i + 2, at))));
      i = at + 2;
    } else if (c === '*' && next !== '*' && closing(text, i + 1, '*') > 0) {
      const at = closing(text, i + 1, '*');
      push(h('em', {}, inline(text.slice(i + 1, at))));
      i = at + 1;
    } else if (c === '`' && text.indexOf('`', i + 1) > i + 1) {
      const at = text.indexOf('`', i + 1);
      push(h('code', {}, text.slice(i + 1, at)));
      i = at + 1;
    } else if (c === '[' && link(text, i)) {
      const { label, address, end } = link(text, i);
      push(h('span', { class: 'link', title: address }, inline(label)));
      i = end;
    } else {
      const sign = String.fromCodePoint(text.codePointAt(i));
      if (signs[sign]) push(h('i', { class: 'sign ' + signs[sign][0], role: 'img', 'aria-label': signs[sign][1] }));
      else plain += sign;
      i += sign.length;
    }
  }
  flush();
  return nodes;
}

// closing finds the mark that ends a run begun before from: not escaped, and neither edge of the run a space.
function closing(text, from, mark) {
  if (/\s/.test(text[from] || ' ')) return -1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (i > from && text.startsWith(mark, i) && !/\s/.test(text[i - 1])) return i;
  }
  return -1;
}

function link(text, from) {
  const m = /^\[((?:\\.|[^\]\\])*)\]\(([^()\s]*)\)/.exec(text.slice(from));
  return m && { label: m[1], address: m[2], end: from + m[0].length };
}
