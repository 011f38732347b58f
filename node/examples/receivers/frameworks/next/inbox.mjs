// One inbox for the process: Next.js bundles each entry on its own, with a copy of each module.
import { Client } from "mindee-core";

import { openInbox } from "../../inbox.mjs";

export { bodyOf } from "../../inbox.mjs";

const open = () => openInbox(new Client({ ledger: process.env.MINDEE_LEDGER }));

/** The inbox, opened at first use: `next build` loads modules too, where there is no key. */
export const inbox = () => (globalThis.mindeeInbox ??= open());
