/** Joins the models to the page: the picker, how far a model in the browser is, and their part of the settings. */

import { models as counted } from './elements/counts.js';
import { msg, str } from './vendor/localize.js';

/** @typedef {import('./elements/events.js').EndpointEvent} EndpointEvent */
/** @typedef {import('./elements/events.js').LocalModelEvent} LocalModelEvent */
/** @typedef {import('./elements/events.js').ModelChosenEvent} ModelChosenEvent */
/** @typedef {import('./session.js').Session} Session */

/** @template {Element} T @param {string} selector */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

/** @param {Session} session */
export function joinModels(session) {
  /** @type {HTMLElementTagNameMap['ca-model-picker']} */ const picker = find('ca-model-picker');
  /** @type {HTMLElementTagNameMap['ca-model-status']} */ const status = find('ca-model-status');
  /** @type {HTMLElementTagNameMap['ca-fetch-question']} */ const question = find('ca-fetch-question');
  /** @type {HTMLElementTagNameMap['ca-settings']} */ const dialog = find('ca-settings');
  const { endpoints, local } = session.providers;

  session.allowFetch = ({ name }, bytes, signal) => question.ask(name, bytes, signal);

  const show = () => {
    const chosen = session.models.find(({ id }) => id === session.model) ?? null;
    picker.models = session.models;
    picker.chosen = session.model;
    if (status.model?.id !== chosen?.id) status.speed = 0;
    status.model = chosen;
    find('.recorded').toggleAttribute('hidden', !chosen?.recorded);
    find('.notice').textContent = session.notice;
    find('.notice').toggleAttribute('hidden', !session.notice);
    dialog.model = chosen;
    showEndpoints();
    showLocal();
  };
  const showEndpoints = () => {
    const { settings } = session.providers;
    Object.assign(dialog, {
      connected: endpoints.connected,
      offered: settings.endpoints,
      ownEndpoint: settings.own_endpoint,
    });
  };
  const showLocal = async () => {
    Object.assign(dialog, { local: local.known, ownModel: session.providers.settings.own_model });
    dialog.kept = await local.kept();
  };

  session.addEventListener('models', show);
  session.addEventListener('model_progress', (event) => {
    status.progress = /** @type {CustomEvent} */ (event).detail;
    if (status.progress?.state === 'ready') showLocal();
  });
  session.addEventListener('agent', (event) => {
    const { type, usage } = /** @type {CustomEvent} */ (event).detail;
    if (type === 'model_replied') status.speed = usage.tokens_per_s ?? 0;
  });
  addEventListener('ca-model-chosen', (event) => session.choose(/** @type {ModelChosenEvent} */ (event).model));
  addEventListener('ca-model-given-up', () => local.unload());
  addEventListener('ca-endpoint', async (event) => {
    const { act, endpoint } = /** @type {EndpointEvent} */ (event);
    if (act === 'disconnect') return endpoints.disconnect(endpoint.base_url);
    dialog.connection = { busy: true, failed: false, words: () => '' };
    try {
      const { models } = await endpoints.connect(endpoint);
      if (models[0] && session.model === 'recorded') session.choose(models[0].id);
      dialog.connection = {
        busy: false,
        failed: false,
        words: () => msg(str`Connected: ${counted(models.length)}.`),
      };
      dialog.endpoints.clear();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      dialog.connection = { busy: false, failed: true, words: () => message };
    }
  });
  addEventListener('ca-local-model', async (event) => {
    const { act, id, file } = /** @type {LocalModelEvent} */ (event);
    if (file) {
      session.choose(local.addFile(file).id);
      dialog.close();
    } else if (act === 'remove') {
      await local.remove(id);
      showLocal();
    }
  });
  show();
}
