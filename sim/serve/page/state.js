// What is shown: a scenario and the changes on top; each change can be undone.

/** source: {file} of the folder, or {text, name} of a document that was dropped; sets: path -> value. */
let now = { source: null, sets: {} };
let past = [], future = [], listeners = [];
let open = false; // a change that is still being dragged

export const current = () => now;
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;
export const onChange = (fn) => listeners.push(fn);

function become(next, what) {
  now = next;
  for (const fn of listeners) fn(now, what);
}

/** Another scenario, without changes. */
export function load(source) {
  past = [];
  future = [];
  open = false;
  become({ source, sets: {} }, "load");
}

/** Changes a value, or gives it back (undefined). While `dragging`, all changes are one step. */
export function set(path, value, dragging = false) {
  const sets = { ...now.sets };
  if (value === undefined) delete sets[path];
  else sets[path] = value;
  if (!open) {
    past.push(now);
    future = [];
  }
  open = dragging;
  become({ source: now.source, sets }, "set");
}

export const settle = () => { open = false; };
export const isDragging = () => open;

export function undo() {
  if (!canUndo()) return;
  open = false;
  future.push(now);
  become(past.pop(), "undo");
}

export function redo() {
  if (!canRedo()) return;
  past.push(now);
  become(future.pop(), "undo");
}

/** The scenario as the API takes it. */
export const body = (state = now) => ({ scenario: state.source.file ?? state.source.text, set: state.sets });
