/** What a SandboxClient is made with and what it tells: types, and nothing else. */

/** @typedef {import('./protocol.js').Asset} Asset */
/** @typedef {import('./protocol.js').Limits} Limits */
/** @typedef {import('./protocol.js').Lost} Lost */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./protocol.js').ToolCalled} ToolCalled */
/**
 * What came back in a fresh interpreter. `behind`: a step has ended since it was saved.
 * @typedef {{reason: string, names: string[], lost: Lost[], behind: boolean}} Report
 */
/** @typedef {{type: 'restored'} & Report} RestoredEvent */
/** @typedef {{type: 'package_progress'} & import('./package_source.js').Progress} PackageEvent */

/**
 * @typedef {object} SandboxOptions
 * @property {string | URL} frameUrl
 * @property {(onAsset: (asset: Asset) => void) => Promise<void>} fetchAssets  called at each `start`
 * @property {() => Promise<Limits>} fetchLimits  what the operator allows
 * @property {import('./package_source.js').PackageSource} packages
 * @property {Partial<Limits>} [limits]  lower ones
 * @property {boolean} [hardened]  without `js`; on unless false
 * @property {(card: import('./protocol.js').Card) => Promise<import('./protocol.js').ApprovalAnswer>} [onApproval]  whether code that needs the person's leave may run; without it none may
 * @property {Element} [parent]  where the hidden frame goes
 * @property {(event: SandboxEvent | RestoredEvent | PackageEvent) => void} [onEvent]  all but answers, as they come
 * @property {(call: ToolCalled) => Promise<string>} [onTool]  gives the tool's value as JSON text, or rejects
 */

export {};
