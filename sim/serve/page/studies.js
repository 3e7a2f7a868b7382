// Studies: not there yet.
export function begin() {}
export function files() {}
export function show() {}
export function open() {}
