/** Joins uploads and downloads to the page: a button, drag and drop, the list of files, links in steps. */

import { files as counted } from './elements/counts.js';
import { fileName, shownName } from './file_names.js';
import { heard } from './heard_words.js';
import { onLanguage } from './languages.js';
import { download } from './uploads.js';
import { msg, str } from './vendor/localize.js';

/** @typedef {EventTarget & {beginFile(name: string): Promise<unknown>}} Conversations  those of the page, or a widget's one */
/** @typedef {import('./elements/events.js').DeleteFileEvent} DeleteFileEvent */
/** @typedef {import('./elements/events.js').DownloadEvent} DownloadEvent */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./uploads.js').Uploads} Uploads */

/** @template {Element} T @param {string} selector */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

/** @param {Session} session @param {Conversations} conversations @param {Uploads} uploads */
export function joinFiles(session, conversations, uploads) {
  /** @type {HTMLElementTagNameMap['ca-attachments']} */ const attachments = find('ca-attachments');
  /** @type {HTMLElementTagNameMap['ca-files']} */ const files = find('ca-files');
  /** @type {HTMLElementTagNameMap['ca-notices']} */ const notices = find('ca-notices');
  /** @type {HTMLInputElement} */ const chooser = find('input[type=file]');
  /** @type {HTMLButtonElement} */ const button = find('button.files');

  const add = (/** @type {Iterable<File>} */ chosen) =>
    uploads.add(chosen, (file) => conversations.beginFile(shownName(file.name)));
  const showCount = () => {
    find('button.files .count').textContent = counted(files.files.length);
  };
  onLanguage(showCount);
  const list = async () => {
    const listed = await session.files.listFiles().catch(() => []); // that Python did not start is told elsewhere
    files.files = listed;
    button.hidden = !listed.length;
    showCount();
  };

  uploads.addEventListener('changed', () => {
    attachments.uploads = uploads.list;
  });
  uploads.addEventListener('saved', list);
  session.addEventListener('checkpointed', list);
  session.addEventListener('restored', list);
  conversations.addEventListener('left', () => {
    files.files = [];
    button.hidden = true;
  });
  attachments.addEventListener('ca-dismiss', (event) => uploads.dismiss(/** @type {CustomEvent} */ (event).detail));
  find('button.attach').addEventListener('click', () => chooser.click());
  addEventListener('ca-add-files', () => chooser.click());
  chooser.addEventListener('change', () => {
    add([...(chooser.files ?? [])]);
    chooser.value = ''; // the same file may be chosen again
  });
  button.addEventListener('click', async () => {
    const { files: most, file_mb, files_mb } = await session.limits();
    files.room = () =>
      msg(str`A conversation may keep ${counted(most)}, ${file_mb} MB each and ${files_mb} MB together.`);
    await list();
    files.show();
  });
  addEventListener('ca-download', async (event) => {
    const { path } = /** @type {DownloadEvent} */ (event);
    try {
      await download(session, path);
      notices.hide('download');
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const words = () => msg(str`${shownName(fileName(path))} could not be downloaded: ${heard(message)}`);
      notices.show({ key: 'download', words, tone: 'warning' });
    }
  });
  addEventListener('ca-delete-file', async (event) => {
    const { path } = /** @type {DeleteFileEvent} */ (event);
    try {
      await session.files.deleteFile(path);
      uploads.forget(path);
      notices.hide('delete');
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const words = () => msg(str`${shownName(fileName(path))} could not be deleted: ${heard(message)}`);
      notices.show({ key: 'delete', words, tone: 'warning' });
    }
    await list();
  });
  takeDropped(add);
}

/** @param {(files: File[]) => void} add */
function takeDropped(add) {
  const zone = /** @type {HTMLElement} */ (document.querySelector('.drop'));
  const hasFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes('Files'));
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.hidden = false;
  });
  addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) zone.hidden = true; // it left the window
  });
  addEventListener('drop', (event) => {
    zone.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    add([...(event.dataTransfer?.files ?? [])]);
  });
}
