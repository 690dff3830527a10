/**
 * Registers what the kiosk shows. Of the view's elements only those that show: without `ca-copy`, for example, nothing
 * offers to copy.
 */

import { BundleElement } from '../../elements/bundle.js';
import { CodeElement } from '../../elements/code.js';
import { DisplayElement } from '../../elements/display.js';
import { InertTextElement } from './inert_text.js';
import { KeypadElement } from './keypad.js';
import { KioskElement } from './kiosk.js';
import { KioskQuestionElement } from './kiosk_question.js';
import { KioskRunElement } from './kiosk_run.js';
import { OperatorPanelElement } from './operator_panel.js';

const ELEMENTS = {
  'ca-bundle': BundleElement,
  'ca-code': CodeElement,
  'ca-display': DisplayElement,
  'ca-keypad': KeypadElement,
  'ca-kiosk': KioskElement,
  'ca-kiosk-question': KioskQuestionElement,
  'ca-kiosk-run': KioskRunElement,
  'ca-markdown': InertTextElement,
  'ca-operator-panel': OperatorPanelElement,
};

export function defineElements(registry = customElements) {
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    if (!registry.get(tag)) registry.define(tag, element);
  }
}
