/** The page: makes the session, and joins it to the view. The only module that knows both. */

import { BottomFollower } from './elements/bottom_follower.js';
import { defineElements } from './elements/define.js';
import { announce, narrate } from './elements/narration.js';
import { Session } from './session.js';

/** @typedef {import('./elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('./elements/events.js').BootStep} BootStep */

const CAN_HOVER = matchMedia('(hover: hover)').matches;

defineElements();

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag */
const element = (tag) => /** @type {HTMLElementTagNameMap[T]} */ (document.querySelector(tag));
const button = (/** @type {string} */ name) =>
  /** @type {HTMLButtonElement} */ (document.querySelector(`button.${name}`));

const session = new Session();
const transcript = element('ca-transcript');
const taskBox = element('ca-task-box');
const boot = element('ca-boot-status');
const examples = element('ca-examples');
const models = element('ca-model-picker');
const recorded = /** @type {HTMLElement} */ (document.querySelector('.recorded'));
const notice = /** @type {HTMLElement} */ (document.querySelector('.notice'));
const announcer = /** @type {HTMLElement} */ (document.querySelector('#announcer'));
const newButton = button('new');
const latestButton = button('latest');
const follower = new BottomFollower(transcript, (following) => {
  latestButton.hidden = following;
});

/** @param {EventTarget} target @param {string} type */
const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** @param {string} task */
async function run(task) {
  if (session.state === 'stopping') await next(session, 'state'); // New during a run: the old one ends first
  if (session.state !== 'idle') return;
  document.body.dataset.view = 'transcript';
  newButton.hidden = false;
  const shown = transcript.begin(task);
  if (CAN_HOVER) taskBox.focus(); // elsewhere the focus would open a keyboard over the transcript
  follower.start();
  try {
    await session.run(task);
  } catch (error) {
    transcript.fail(shown, error instanceof Error ? error.message : String(error));
  }
}

function startAnew() {
  session.reset();
  transcript.clear();
  follower.stop();
  document.body.dataset.view = 'empty';
  newButton.hidden = true;
  if (CAN_HOVER) taskBox.focus();
}

function showModels() {
  models.models = session.models;
  models.chosen = session.model;
  recorded.hidden = !session.models.find(({ id }) => id === session.model)?.recorded;
  notice.textContent = session.notice;
  notice.hidden = !session.notice;
}

/** @param {AgentEvent} event */
async function receive(event) {
  if (!transcript.receive(event)) return;
  announce(announcer, narrate(event));
  if (event.type !== 'run_finished') return;
  await new Promise((resolve) => setTimeout(resolve, 300)); // the answer takes its final height
  if (session.state === 'idle') follower.stop();
}

const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
session.addEventListener('boot', (event) => boot.receive(/** @type {BootStep} */ (detail(event))));
session.addEventListener('agent', (event) => receive(/** @type {AgentEvent} */ (detail(event))));
session.addEventListener('models', showModels);
session.addEventListener('tasks', () => {
  examples.tasks = session.tasks;
});
session.addEventListener('state', () => {
  taskBox.state = session.state;
});

addEventListener('ca-send', (event) => run(/** @type {import('./elements/events.js').SendEvent} */ (event).task));
addEventListener('ca-stop', () => session.stop());
addEventListener('ca-model-chosen', (event) => {
  session.model = /** @type {import('./elements/events.js').ModelChosenEvent} */ (event).model;
  showModels();
});
newButton.addEventListener('click', startAnew);
latestButton.addEventListener('click', () => follower.jump());

showModels();
examples.tasks = session.tasks;
session.start().catch((error) => boot.fail(error instanceof Error ? error.message : String(error)));
