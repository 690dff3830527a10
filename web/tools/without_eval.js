/**
 * Imported before MCP's client: zod, which it brings, would compile its checks with `new Function`. It asks first
 * whether it may, with an empty function, which Chromium allows under a policy that then refuses the real one; the
 * answer to `initialize` is lost with it.
 */

Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
