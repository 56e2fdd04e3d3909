// The one dialog: it asks for some fields, or for a confirmation, and stays until the work is done.

import { button, copy, el, fill } from "./dom.js";

// `fields`: {name: {label, type, value, required, options, help}}. `act` gets the values by name; if it throws, the
// dialog says why and stays. Resolves with what `act` returned, or undefined when it was called off.
export function ask({ title, text, fields = {}, action, dangerous = false, act }) {
  return new Promise((resolve) => {
    const inputs = {};
    const rows = Object.entries(fields).map(([name, field]) => {
      const id = `field-${name}`;
      const common = { id, name, required: Boolean(field.required), "aria-describedby": field.help ? `${id}-help` : undefined };
      if (field.choices) {
        const boxes = field.choices.map((choice) => el("input", { type: "checkbox", value: choice, checked: field.value.includes(choice) }));
        inputs[name] = { get values() { return boxes.filter((box) => box.checked).map((box) => box.value); }, focus: () => boxes[0].focus() };
        return el("fieldset.field", {}, el("legend", {}, field.label), boxes.map((box, index) =>
          el("label.choice", {}, box, " ", el("span", {}, field.choices[index]), " ", el("small", {}, field.words[field.choices[index]] || ""))));
      }
      inputs[name] = field.options
        ? el("select", common,
            field.options.map((option) => el("option", { value: option, selected: (field.value || []).includes(option) }, option)))
        : el("input", { ...common, type: field.type || "text", value: field.value, autocomplete: field.autocomplete || "off", maxlength: field.maxlength });
      return el("p.field", {}, el("label", { for: id }, field.label), inputs[name],
        field.help ? el("small", { id: `${id}-help` }, field.help) : null);
    });
    const trouble = el("p.trouble", { role: "alert" });
    const go = el(`button.primary${dangerous ? ".dangerous" : ""}`, { type: "submit" }, action);
    const form = el("form", { method: "dialog" },
      el("h2", { id: "dialog-title" }, title), text ? el("p", {}, text) : null, rows, trouble,
      el("p.actions", {}, button("Cancel", () => dialog.close()), go));
    const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
    let result;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      form.setAttribute("aria-busy", "true");
      fill(trouble);
      try {
        const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
          [name, input.values ?? input.value]));
        result = await act(values, inputs);
        dialog.close();
      } catch (error) {
        fill(trouble, error.message);
      } finally {
        go.disabled = false;
        form.removeAttribute("aria-busy");
      }
    });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(result); });
    document.body.append(dialog);
    dialog.showModal();
    const first = Object.values(inputs)[0];
    (first || (dangerous ? form.querySelector("button") : go)).focus();
  });
}

export function copyButton(text) {
  const place = el("div");
  return el("div", {}, button("Copy", () => copy(text, place)), place);
}

// What is shown this once is closed by its button alone, other things also by Esc (`closes`).
export function show({ title, text = "", content, closes = false }) {
  const done = button("Done", () => dialog.close(), ".primary");
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title), text ? el("p", {}, text) : null, content, el("p.actions", {}, done));
  if (!closes) dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  done.focus();
}
