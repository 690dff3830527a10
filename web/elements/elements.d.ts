/** The tags of our elements, so that `document.createElement` and `querySelector` give the right class. */

interface HTMLElementTagNameMap {
  'ca-activity': import('./activity.js').ActivityElement;
  'ca-approval': import('./approval.js').ApprovalElement;
  'ca-attachments': import('./attachments.js').AttachmentsElement;
  'ca-boot-status': import('./boot_status.js').BootStatusElement;
  'ca-bundle': import('./bundle.js').BundleElement;
  'ca-conversations': import('./conversations.js').ConversationsElement;
  'ca-dialog': import('./dialog.js').DialogElement;
  'ca-examples': import('./examples.js').ExamplesElement;
  'ca-files': import('./files.js').FilesElement;
  'ca-limits': import('./limits.js').LimitsElement;
  'ca-model-picker': import('./model_picker.js').ModelPickerElement;
  'ca-notices': import('./notices.js').NoticesElement;
  'ca-output': import('./output.js').OutputElement;
  'ca-run': import('./run.js').RunElement;
  'ca-step': import('./step.js').StepElement;
  'ca-task-box': import('./task_box.js').TaskBoxElement;
  'ca-tool-call': import('./tool_call.js').ToolCallElement;
  'ca-transcript': import('./transcript.js').TranscriptElement;
}
