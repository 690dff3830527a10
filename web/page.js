/** The page: makes the session, and joins it to the transcript and the task box. */

import { Conversations } from './conversations.js';
import { BottomFollower } from './elements/bottom_follower.js';
import { defineElements } from './elements/define.js';
import { announce, narrate } from './elements/narration.js';
import { restoredInWords } from './elements/restored.js';
import { RunElement } from './elements/run.js';
import { heard } from './heard_words.js';
import { joinDialogs } from './page_dialogs.js';
import { joinFiles } from './page_files.js';
import { joinLanguage } from './page_language.js';
import { joinModels } from './page_models.js';
import { joinSiteWorker } from './page_worker.js';
import { AskedPerson } from './person.js';
import { saveFile } from './save_file.js';
import { Session } from './session.js';
import { Uploads } from './uploads.js';
import { msg, str } from './vendor/localize.js';

/** @typedef {import('./elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('./elements/events.js').BootStep} BootStep */

const CAN_HOVER = matchMedia('(hover: hover)').matches;
/** Of showing a former conversation at a stretch, in ms: then the browser gets a turn. */
const SLICE_MS = 12;
/** Share of the memory ceiling from which on the person is told. */
const NEARLY_FULL = 0.8;

defineElements();

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag */
const element = (tag) => /** @type {HTMLElementTagNameMap[T]} */ (document.querySelector(tag));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

const session = new Session();
// For who embeds the page: what is added here (docs/tools.md) the model's code can call from the next run on.
Object.assign(window, { codeact: { tools: session.tools } });
const conversations = new Conversations(session);
const uploads = new Uploads(session);
const transcript = element('ca-transcript');
const taskBox = element('ca-task-box');
const boot = element('ca-boot-status');
const examples = element('ca-examples');
const notices = element('ca-notices');
joinLanguage(notices);
const newButton = find('button.new');
const latestButton = find('button.latest');
const follower = new BottomFollower(transcript, (following) => {
  latestButton.hidden = following;
});
/** Until a former conversation is shown whole. */
let showing = Promise.resolve();
/** Grows when the transcript becomes another's. */
let shown = 0;

/** @param {string} task */
async function run(task) {
  if (session.runs.state !== 'idle') return;
  const run = session.runs.take(task, session.model);
  const files = uploads.take();
  showTranscript();
  if (CAN_HOVER) taskBox.focus(); // elsewhere the focus would open a keyboard over the transcript
  /** @type {import('./elements/run.js').RunElement | null} */
  let view = null;
  conversations.begin(run, async () => {
    await showing;
    if (!run.isLeft) view = showTask(task);
    return files;
  });
  try {
    await run.ended;
  } catch (error) {
    if (run.isLeft) return;
    boot.fold();
    transcript.fail(view ?? showTask(task), /** @type {Error} */ (error).message);
  }
}

/** @param {string} task */
function showTask(task) {
  showTranscript(); // whatever was left meanwhile has cleared it
  follower.start();
  return transcript.begin(task);
}

function showTranscript() {
  document.body.dataset.view = 'transcript';
  newButton.hidden = false;
}

function leave() {
  shown += 1;
  transcript.clear();
  uploads.clear();
  for (const key of ['memory', 'restored', 'export', 'conversation elsewhere', 'conversation gone']) notices.hide(key);
  follower.stop();
  document.body.dataset.view = 'empty';
  newButton.hidden = true;
  if (CAN_HOVER) taskBox.focus();
}

/** @param {AgentEvent[]} events  of a former conversation */
async function show(events) {
  const mine = shown;
  if (!events.length) return;
  showTranscript();
  follower.start();
  let since = performance.now();
  for (const event of events) {
    if (event.type === 'run_started') transcript.begin(event.task);
    transcript.receive(event);
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (mine !== shown) return;
    since = performance.now();
  }
  letSettle();
}

/** Until what was shown last has its final height. */
async function letSettle() {
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (session.runs.state === 'idle') follower.stop();
}

/** @param {import('./sandbox/protocol.js').Memory} memory */
function warnOfMemory({ bytes, limit_bytes, refused }) {
  if (!refused && bytes < NEARLY_FULL * limit_bytes) return;
  const [used, limit] = [bytes, limit_bytes].map((each) => Math.round(each / 2 ** 20));
  const said = () =>
    refused
      ? msg(str`Python has reached the ${limit} MB of memory it may have. Code that wants more gets a MemoryError.`)
      : msg(str`Python has taken ${used} of the ${limit} MB of memory it may have.`);
  const words = () => `${said()} ${msg('A new conversation begins with free memory.')}`;
  notices.show({ key: 'memory', words, tone: 'warning' });
}

/** @param {AgentEvent} event */
async function receive(event) {
  if (!transcript.receive(event)) return;
  announce(find('#announcer'), narrate(event));
  if (event.type === 'run_finished') await letSettle();
}

/** @param {import('./elements/events.js').ExportEvent} event */
async function exportRun(event) {
  const from = event.composedPath().find((each) => each instanceof RunElement);
  const runs = [...transcript.querySelectorAll('ca-run')].filter(({ begun }) => begun);
  const back = runs.length - 1 - runs.indexOf(/** @type {RunElement} */ (from));
  try {
    const { name, mime, text } = await session.exportRun(event.form, back);
    saveFile(name, mime, text);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const words = () => msg(str`The run could not be saved: ${heard(message)}`);
    notices.show({ key: 'export', words, tone: 'warning' });
  }
}

const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
session.addEventListener('boot', (event) => boot.receive(/** @type {BootStep} */ (detail(event))));
session.addEventListener('broken', (event) => boot.fail(detail(event).message));
session.addEventListener('agent', (event) => {
  if (session.runs.isSeen) receive(/** @type {AgentEvent} */ (detail(event)));
});
session.addEventListener('tasks', () => {
  examples.tasks = session.tasks;
});
session.addEventListener('state', () => {
  taskBox.state = session.runs.state;
});
session.addEventListener('memory', (event) => warnOfMemory(detail(event)));
session.addEventListener('restored', (event) => {
  notices.show({
    key: 'restored',
    words: () => restoredInWords(detail(event)),
    tone: detail(event).lost.length ? 'warning' : 'info',
  });
});
session.addEventListener('unrestored', (event) => {
  const { message } = detail(event);
  const words = () =>
    msg(str`The variables and files of this conversation could not be brought back: ${heard(message)}`);
  notices.show({ key: 'restored', words, tone: 'warning' });
});
conversations.addEventListener('left', leave);
conversations.addEventListener('notice', (event) => notices.show(detail(event)));
conversations.addEventListener('opened', (event) => {
  session.recall(detail(event).events);
  showing = show(detail(event).events);
});

addEventListener('ca-send', (event) => run(/** @type {import('./elements/events.js').SendEvent} */ (event).task));
addEventListener('ca-stop', () => session.runs.stop());
addEventListener('ca-export', (event) => exportRun(/** @type {import('./elements/events.js').ExportEvent} */ (event)));
newButton.addEventListener('click', () => conversations.new());
latestButton.addEventListener('click', () => follower.jump());
session.person = new AskedPerson(transcript);
joinDialogs(session, conversations);
joinFiles(session, conversations, uploads);
joinModels(session);

examples.tasks = session.tasks;
conversations.start();
joinSiteWorker(notices).catch((error) =>
  notices.show({ key: 'site', words: () => heard(/** @type {Error} */ (error).message), tone: 'warning' }),
);
