// @ts-check
// What an address says, and the one for another choice.

// A key that is no text is nobody's.
export function decoded(key) {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

export function changed(search, changes) {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of Array.isArray(value) ? value : [value]) if (each) next.append(name, each);
  }
  const text = next.toString();
  return location.pathname + (text ? `?${text}` : "");
}
