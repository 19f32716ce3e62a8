// A picture and a table for whoever has none at hand: each looks like the real thing and says that it is not.
import { when } from './dom.js';

const width = 480, height = 360;

export function samplePhoto(owner, now) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  paint(canvas.getContext('2d'), owner, now);
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}

function paint(c, owner, now) {
  const sky = c.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#bfdbfe');
  sky.addColorStop(1, '#f8fafc');
  fill(c, sky, 0, 0, width, height);
  fill(c, '#a3b18a', 0, 260, width, 100);
  fill(c, '#94a3b8', 70, 120, 130, 160);
  fill(c, '#cbd5e1', 210, 170, 190, 110);
  for (let row = 0; row < 4; row++) for (let col = 0; col < 4; col++) fill(c, '#e2e8f0', 82 + col * 28, 132 + row * 34, 18, 20);
  fill(c, '#f59e0b', 410, 60, 8, 220);
  fill(c, '#f59e0b', 300, 60, 150, 8);
  fill(c, 'rgba(15, 23, 42, .72)', 0, 300, width, 60);
  c.fillStyle = '#fff';
  c.font = '600 18px sans-serif';
  c.fillText('示例照片 · 非真实现场', 16, 325);
  c.font = '15px sans-serif';
  const t = when(now);
  c.fillText(`${owner?.unit || ''} ${owner?.name || ''}　${t.year}年${t.date} ${t.time}`, 16, 348);
}

function fill(c, colour, x, y, w, h) {
  c.fillStyle = colour;
  c.fillRect(x, y, w, h);
}

// sampleTable is a platform's export with two good rows and a bad one: the first would turn orange, the second red.
export function sampleTable(now) {
  const ago = (days) => new Date(Date.parse(when(now).iso) - days * 86400e3).toISOString().slice(0, 10);
  const rows = [
    ['项目编号', '项目名称', '类别', '属地', '施工许可起算日', '施工许可时限'],
    ['SL-0001', '示例一号厂房项目', '工业', '下涯镇', ago(22), '25日'],
    ['SL-0002', '示例二号冷链项目', '工业', '梅城镇', ago(30), '25日'],
    ['SL-0003', '示例三号果园项目', '农业', '乾潭镇', '去年', '25日'],
  ];
  return new Blob(['\ufeff' + rows.map((row) => row.join(',')).join('\r\n')], { type: 'text/csv' });
}
