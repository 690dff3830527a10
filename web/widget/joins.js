/** Joins what the person does to the agent, and what the session tells to the view. */

import { RunElement } from '../elements/run.js';
import { saveFile } from '../save_file.js';

/** @typedef {import('../elements/events.js').ExportEvent} ExportEvent */
/** @typedef {import('../elements/events.js').ModelChosenEvent} ModelChosenEvent */
/** @typedef {import('../elements/events.js').SendEvent} SendEvent */
/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('./host_line.js').HostLine} HostLine */
/** @typedef {import('./hosted_agent.js').HostedAgent} HostedAgent */
/** @typedef {import('./view.js').WidgetView} WidgetView */

const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;

/** @param {Session} session @param {HostedAgent} agent @param {WidgetView} view */
export function joinView(session, agent, view) {
  session.addEventListener('boot', (event) => view.boot.receive(detail(event)));
  session.addEventListener('broken', (event) => view.boot.fail(detail(event).message));
  session.addEventListener('tasks', () => view.isListed && agent.choose());
  session.addEventListener('model_progress', (event) => {
    view.modelStatus.progress = detail(event);
  });
  session.allowFetch = ({ name }, bytes, signal) => view.fetchQuestion.ask(name, bytes, signal);
  session.addEventListener('state', () => {
    view.taskBox.state = session.runs.state;
  });
  agent.conversation.addEventListener('left', () => view.clear());
  addEventListener('ca-send', (event) => agent.send(/** @type {SendEvent} */ (event).task));
  addEventListener('ca-stop', () => agent.stop());
  addEventListener('ca-export', (event) => exportRun(/** @type {ExportEvent} */ (event), session, view));
  addEventListener('ca-model-chosen', (event) => session.choose(/** @type {ModelChosenEvent} */ (event).model));
  addEventListener('ca-model-given-up', () => session.providers.local.unload());
  document.querySelector('button.new')?.addEventListener('click', () => agent.conversation.new());
}

/** @param {ExportEvent} event @param {Session} session @param {WidgetView} view */
async function exportRun(event, session, { transcript }) {
  const from = event.composedPath().find((each) => each instanceof RunElement);
  const runs = [...transcript.querySelectorAll('ca-run')].filter(({ begun }) => begun);
  const back = runs.length - 1 - runs.indexOf(/** @type {RunElement} */ (from));
  const { name, mime, text } = await session.exportRun(event.form, back);
  saveFile(name, mime, text);
}

/** So that an element with a height of `auto` can grow. @param {HostLine} host */
export function tellHeight(host) {
  const root = document.documentElement;
  let told = 0;
  const tell = () => {
    const height = root.hasAttribute('data-fit') ? Math.ceil(document.body.getBoundingClientRect().height) : 0;
    if (height === told) return;
    told = height;
    if (height) host.post({ type: 'resized', height });
  };
  new ResizeObserver(tell).observe(document.body);
  // What is shown may be as high as before, and the element is not.
  new MutationObserver(tell).observe(root, { attributeFilter: ['data-fit'] });
}
