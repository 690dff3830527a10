/** The widget: an agent in a frame of somebody else's page, which web/embed puts there. docs/widget.md */

import { defineElements } from './elements/define.js';
import { joinFiles } from './page_files.js';
import { joinSiteWorker } from './page_worker.js';
import { Session } from './session.js';
import { fetchSiteSettings } from './site_settings.js';
import { Uploads } from './uploads.js';
import { HostLine } from './widget/host_line.js';
import { HostedAgent } from './widget/hosted_agent.js';
import { joinView, tellHeight } from './widget/joins.js';
import { isAllowed, meetHost, OriginRefused } from './widget/meeting.js';
import { WidgetView } from './widget/view.js';

defineElements();
const view = new WidgetView();

async function start() {
  const asked = fetchSiteSettings();
  asked.catch(() => {}); // told below, to the host page as well
  const { connect, origin, port } = await meetHost();
  const host = new HostLine(port);
  try {
    const { widget_origins } = await asked;
    if (!isAllowed(origin, widget_origins)) throw new OriginRefused(origin);
  } catch (error) {
    host.fail(error, true);
    throw error;
  }
  const session = new Session();
  const uploads = new Uploads(session);
  const agent = new HostedAgent({ session, view, host, uploads, settings: connect.settings });
  host.listen((message) => agent.handle(message));
  joinView(session, agent, view);
  joinFiles(session, agent.conversation, uploads);
  tellHeight(host);
  await agent.start(connect.tools);
  await joinSiteWorker();
}

start().catch((error) => {
  document.body.dataset.view = 'refused';
  /** @type {HTMLElement} */ (document.querySelector('.refused')).textContent = error.message;
});
