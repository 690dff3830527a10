/** Registers every element of the view, once; importing a class alone registers nothing. */

import { ActivityElement } from './activity.js';
import { AnswerElement } from './answer.js';
import { ApprovalElement } from './approval.js';
import { AttachmentsElement } from './attachments.js';
import { BootStatusElement } from './boot_status.js';
import { BundleElement } from './bundle.js';
import { CodeElement } from './code.js';
import { CodeEditorElement } from './code_editor.js';
import { ConversationsElement } from './conversations.js';
import { CopyButtonElement } from './copy_button.js';
import { DialogElement } from './dialog.js';
import { DifferenceElement } from './difference.js';
import { DisplayElement } from './display.js';
import { EndingElement } from './ending.js';
import { EndpointsElement } from './endpoints.js';
import { ExamplesElement } from './examples.js';
import { FetchQuestionElement } from './fetch_question.js';
import { FileListElement, FilesElement } from './files.js';
import { FindingsElement } from './findings.js';
import { LanguageElement } from './language.js';
import { LimitsElement } from './limits.js';
import { LocalModelsElement } from './local_models.js';
import { MarkdownTextElement } from './markdown_text.js';
import { ModelPickerElement } from './model_picker.js';
import { ModelStatusElement } from './model_status.js';
import { NoteElement } from './note.js';
import { NoticesElement } from './notices.js';
import { OutputElement } from './output.js';
import { PlanElement } from './plan.js';
import { QuestionElement } from './question.js';
import { RunElement } from './run.js';
import { RunStepsElement } from './run_steps.js';
import { SettingsElement } from './settings.js';
import { StepElement } from './step.js';
import { SubAgentElement } from './sub_agent.js';
import { TaskBoxElement } from './task_box.js';
import { TokenQuestionElement } from './token_question.js';
import { ToolCallElement } from './tool_call.js';
import { TranscriptElement } from './transcript.js';
import { VariablesElement } from './variables.js';

const ELEMENTS = {
  'ca-activity': ActivityElement,
  'ca-answer': AnswerElement,
  'ca-approval': ApprovalElement,
  'ca-attachments': AttachmentsElement,
  'ca-boot-status': BootStatusElement,
  'ca-bundle': BundleElement,
  'ca-code': CodeElement,
  'ca-code-editor': CodeEditorElement,
  'ca-conversations': ConversationsElement,
  'ca-copy': CopyButtonElement,
  'ca-dialog': DialogElement,
  'ca-difference': DifferenceElement,
  'ca-display': DisplayElement,
  'ca-ending': EndingElement,
  'ca-endpoints': EndpointsElement,
  'ca-examples': ExamplesElement,
  'ca-fetch-question': FetchQuestionElement,
  'ca-file-list': FileListElement,
  'ca-files': FilesElement,
  'ca-findings': FindingsElement,
  'ca-language': LanguageElement,
  'ca-limits': LimitsElement,
  'ca-local-models': LocalModelsElement,
  'ca-markdown': MarkdownTextElement,
  'ca-model-picker': ModelPickerElement,
  'ca-model-status': ModelStatusElement,
  'ca-note': NoteElement,
  'ca-notices': NoticesElement,
  'ca-output': OutputElement,
  'ca-plan': PlanElement,
  'ca-question': QuestionElement,
  'ca-run': RunElement,
  'ca-run-steps': RunStepsElement,
  'ca-settings': SettingsElement,
  'ca-step': StepElement,
  'ca-sub-agent': SubAgentElement,
  'ca-task-box': TaskBoxElement,
  'ca-tool-call': ToolCallElement,
  'ca-token-question': TokenQuestionElement,
  'ca-transcript': TranscriptElement,
  'ca-variables': VariablesElement,
};

export function defineElements(registry = customElements) {
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    if (!registry.get(tag)) registry.define(tag, element);
  }
}
