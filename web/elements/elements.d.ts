/** The tags of our elements, so that `document.createElement` and `querySelector` give the right class. */

interface HTMLElementTagNameMap {
  'ca-activity': import('./activity.js').ActivityElement;
  'ca-approval': import('./approval.js').ApprovalElement;
  'ca-attachments': import('./attachments.js').AttachmentsElement;
  'ca-boot-status': import('./boot_status.js').BootStatusElement;
  'ca-bundle': import('./bundle.js').BundleElement;
  'ca-code-editor': import('./code_editor.js').CodeEditorElement;
  'ca-conversations': import('./conversations.js').ConversationsElement;
  'ca-dialog': import('./dialog.js').DialogElement;
  'ca-ending': import('./ending.js').EndingElement;
  'ca-endpoints': import('./endpoints.js').EndpointsElement;
  'ca-examples': import('./examples.js').ExamplesElement;
  'ca-fetch-question': import('./fetch_question.js').FetchQuestionElement;
  'ca-files': import('./files.js').FilesElement;
  'ca-language': import('./language.js').LanguageElement;
  'ca-limits': import('./limits.js').LimitsElement;
  'ca-local-models': import('./local_models.js').LocalModelsElement;
  'ca-model-picker': import('./model_picker.js').ModelPickerElement;
  'ca-model-status': import('./model_status.js').ModelStatusElement;
  'ca-note': import('./note.js').NoteElement;
  'ca-notices': import('./notices.js').NoticesElement;
  'ca-output': import('./output.js').OutputElement;
  'ca-plan': import('./plan.js').PlanElement;
  'ca-question': import('./question.js').QuestionElement;
  'ca-run': import('./run.js').RunElement;
  'ca-run-steps': import('./run_steps.js').RunStepsElement;
  'ca-settings': import('./settings.js').SettingsElement;
  'ca-step': import('./step.js').StepElement;
  'ca-sub-agent': import('./sub_agent.js').SubAgentElement;
  'ca-task-box': import('./task_box.js').TaskBoxElement;
  'ca-tool-call': import('./tool_call.js').ToolCallElement;
  'ca-token-question': import('./token_question.js').TokenQuestionElement;
  'ca-transcript': import('./transcript.js').TranscriptElement;
}
