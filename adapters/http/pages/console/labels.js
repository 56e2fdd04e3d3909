// @ts-check
// What applications know of a user: roles and metadata, shown and changed.

import { ask } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { el, isolated, say } from "./dom.js";

/** Facts of a user's page, if there are any. @param {any} user */
export const labelFacts = (user) => ({
  Roles: user.roles ? el("span", {}, isolated(user.roles.replaceAll(",", ", "))) : null,
  Metadata: Object.keys(user.metadata).length ? el("code", {}, isolated(JSON.stringify(user.metadata))) : null,
});

/**
 * Only what is changed is sent: metadata that went through JavaScript has lost what its numbers do not hold.
 * @param {any} user @param {() => void} again
 */
export const editLabels = (user, again) => {
  const shown = { roles: user.roles.replaceAll(",", " "), metadata: JSON.stringify(user.metadata) };
  return askDialog({
    title: `What applications know of ${user.username}`,
    action: "Set",
    fields: {
      roles: { label: "Roles", value: shown.roles, help: "Words with spaces between, as in: member editor" },
      metadata: { label: "Metadata", value: shown.metadata, help: 'A JSON object, as in: {"plan": "pro"}' },
    },
    act: async ({ roles, metadata }) => {
      if (roles === shown.roles && metadata === shown.metadata) {
        say("Nothing was changed.");
        return true;
      }
      await ask("PUT", `/api/ops/users/${user.id}/roles`, {
        version: user.version,
        roles: roles === shown.roles ? null : roles.split(/[\s,]+/).filter(Boolean),
        metadata: metadata === shown.metadata ? null : parsed(metadata),
      });
      say("Set.");
      again();
      return true;
    },
  });
};

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    throw new Error("The metadata is no JSON.");
  }
}
