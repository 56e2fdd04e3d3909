// @ts-check
// The one dialog: it asks for some fields, or for a confirmation, and stays until the work is done.

import { button, copy, el, fill } from "./dom.js";

/** @import { Child } from "./dom.js" */

/**
 * `options` make it a list to choose one of, `choices` boxes to tick, with `words` for each, and `presets` that tick some of them.
 * @typedef {object} Field
 * @property {string} label
 * @property {string} [type]
 * @property {string | readonly string[]} [value]
 * @property {boolean} [required]
 * @property {string} [autocomplete]
 * @property {number} [maxlength]
 * @property {Child} [help]
 * @property {readonly string[]} [options]
 * @property {readonly string[]} [choices]
 * @property {Record<string, string>} [words]
 * @property {Record<string, readonly string[]>} [presets]
 */

/**
 * `act` gets the values by name, the fields, and a signal that aborts when the dialog is closed; if it throws, the dialog says why and stays. Resolves with what `act`
 * returned, or undefined when it was called off.
 * @template T
 * @param {object} options
 * @param {string} options.title
 * @param {Child} [options.text]
 * @param {Record<string, Field>} [options.fields]
 * @param {string} options.action
 * @param {boolean} [options.dangerous]
 * @param {(values: Record<string, any>, inputs: Record<string, any>, signal: AbortSignal) => T | Promise<T>} options.act
 * @returns {Promise<T | undefined>}
 */
export function ask({ title, text, fields = {}, action, dangerous = false, act }) {
  return new Promise((resolve) => {
    /** @type {Record<string, any>} */
    const inputs = {};
    const rows = Object.entries(fields).map(([name, field]) => {
      const id = `field-${name}`;
      const common = { id, name, required: Boolean(field.required), "aria-describedby": field.help ? `${id}-help` : undefined };
      const { choices, words = {}, presets = {}, value = [] } = field;
      if (choices) {
        const boxes = choices.map((choice) => el("input", { type: "checkbox", value: choice, checked: value.includes(choice) }));
        inputs[name] = {
          get values() {
            return boxes.filter((box) => box.checked).map((box) => box.value);
          },
          focus: () => boxes[0].focus(),
        };
        return el(
          "fieldset.field",
          {},
          el("legend", {}, field.label),
          Object.entries(presets).map(([label, wanted]) => [
            button(label, () => {
              for (const box of boxes) box.checked = wanted.includes(box.value);
              boxes.find((box) => box.checked)?.focus();
            }),
            " ",
          ]),
          boxes.map((box, index) =>
            el("label.choice", {}, box, " ", el("span", {}, choices[index]), " ", el("small", {}, words[choices[index]] || "")),
          ),
        );
      }
      inputs[name] = field.options
        ? el(
            "select",
            common,
            field.options.map((option) => el("option", { value: option, selected: value.includes(option) }, option)),
          )
        : el("input", {
            ...common,
            type: field.type || "text",
            value: field.value,
            autocomplete: field.autocomplete || "off",
            maxlength: field.maxlength,
          });
      return el(
        "p.field",
        {},
        el("label", { for: id }, field.label),
        inputs[name],
        field.help ? el("small", { id: `${id}-help` }, field.help) : null,
      );
    });
    const trouble = el("p.trouble", { role: "alert" });
    const go = el(`button.primary${dangerous ? ".dangerous" : ""}`, { type: "submit" }, action);
    /** @type {HTMLFormElement} */
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "dialog-title" }, title),
      text ? el("p", {}, text) : null,
      rows,
      trouble,
      el(
        "p.actions",
        {},
        button("Cancel", () => dialog.close()),
        go,
      ),
    );
    /** @type {HTMLDialogElement} */
    const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
    /** @type {T | undefined} */
    let result;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      form.setAttribute("aria-busy", "true");
      fill(trouble);
      try {
        const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.values ?? input.value]));
        result = await act(values, inputs, closing.signal);
        dialog.close();
      } catch (error) {
        fill(trouble, error.message);
      } finally {
        go.disabled = false;
        form.removeAttribute("aria-busy");
      }
    });
    const closing = new AbortController();
    dialog.addEventListener("close", () => {
      closing.abort();
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = Object.values(inputs)[0];
    (first || (dangerous ? form.querySelector("button") : go)).focus();
  });
}

/** @param {string} text */
export function copyButton(text) {
  const place = el("div");
  return el(
    "div",
    {},
    button("Copy", () => copy(text, place)),
    place,
  );
}

/**
 * What is shown this once is closed by its button alone, other things also by Esc (`closes`).
 * @param {{title: string, text?: Child, content: Child, closes?: boolean}} options
 */
export function show({ title, text, content, closes = false }) {
  const done = button("Done", () => dialog.close(), ".primary");
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title),
    text ? el("p", {}, text) : null,
    content,
    el("p.actions", {}, done),
  );
  if (!closes) dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  done.focus();
}
