/** The tags of the kiosk's elements, so that `document.createElement` gives the right class. */

interface HTMLElementTagNameMap {
  'ca-keypad': import('./elements/keypad.js').KeypadElement;
  'ca-kiosk': import('./elements/kiosk.js').KioskElement;
  'ca-kiosk-question': import('./elements/kiosk_question.js').KioskQuestionElement;
  'ca-kiosk-run': import('./elements/kiosk_run.js').KioskRunElement;
  'ca-operator-panel': import('./elements/operator_panel.js').OperatorPanelElement;
}
