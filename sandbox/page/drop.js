// A file that is dragged onto a phone is sent in the chat that is open on it.

const brings = (event) => event.dataTransfer?.types.includes('Files');

// dropInto calls send with the files let go over node.
export function dropInto(node, send) {
  node.addEventListener('dragover', (event) => brings(event) && node.classList.add('dropping'));
  node.addEventListener('dragleave', (event) => node.contains(event.relatedTarget) || node.classList.remove('dropping'));
  node.addEventListener('drop', (event) => {
    node.classList.remove('dropping');
    if (brings(event)) send([...event.dataTransfer.files]);
  });
}

// bindDrop keeps the browser from leaving the page for a file that misses the phones.
export function bindDrop() {
  for (const kind of ['dragover', 'drop']) window.addEventListener(kind, (event) => brings(event) && event.preventDefault());
}
