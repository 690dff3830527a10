/** The tags of our elements, so that `document.createElement` and `querySelector` give the right class. */

interface HTMLElementTagNameMap {
  'ca-activity': import('./activity.js').ActivityElement;
  'ca-boot-status': import('./boot_status.js').BootStatusElement;
  'ca-bundle': import('./bundle.js').BundleElement;
  'ca-examples': import('./examples.js').ExamplesElement;
  'ca-model-picker': import('./model_picker.js').ModelPickerElement;
  'ca-output': import('./output.js').OutputElement;
  'ca-run': import('./run.js').RunElement;
  'ca-step': import('./step.js').StepElement;
  'ca-task-box': import('./task_box.js').TaskBoxElement;
  'ca-tool-call': import('./tool_call.js').ToolCallElement;
  'ca-transcript': import('./transcript.js').TranscriptElement;
}
