// Package measure counts text as each network does, by its published rules. It
// stands apart from the providers, so that a text can be measured for a network
// that is not configured. It imports uniseg and the standard library.
package measure
