// The control API, with its failures as sentences for a visitor.

const offline = '连不上模拟环境,请看 junma 程序是否还在运行。';

async function call(path, options) {
  let resp;
  try {
    resp = await fetch('/sandbox/' + path, { cache: 'no-store', ...options });
  } catch {
    throw new Error(offline);
  }
  if (resp.status === 204) return null;
  const body = await resp.json().catch(() => ({}));
  if (resp.ok) return body;
  const error = new Error(body.error || `模拟环境答复 ${resp.status}`);
  error.status = resp.status;
  throw error;
}

export const get = (path) => call(path);

export const post = (path, body) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const remove = (path) => call(path, { method: 'DELETE' });

export function upload(user, group, blob, name) {
  const form = new FormData();
  form.append('user', user);
  if (group) form.append('group', group);
  form.append('file', blob, name);
  return call('file', { method: 'POST', body: form });
}

export const query = (values) => '?' + new URLSearchParams(values);

// told says a failure in words that help a visitor; what the control API says is for programs.
export function told(error, doing) {
  switch (error.status) {
    case undefined:
      return error.message;
    case 403:
      return '只能在运行 junma 的这台电脑上操作。';
    case 404:
      return `${doing}不了:对方或内容已经不在了,请刷新页面。`;
    case 409:
      return `${doing}不了:真实的客户端在这里也不允许。`;
    case 413:
      return `${doing}不了:文件太大,请换一个小于 20 MB 的。`;
    default:
      return `${doing}不了:${error.message}`;
  }
}
