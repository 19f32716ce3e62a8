// A picture for whoever has none at hand: it looks like evidence and says that it is not.
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
