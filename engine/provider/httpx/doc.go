// Package httpx is the HTTP that providers share: a client that never sends a
// write twice nor a token to another host, and the reading of what an answer, or
// its absence, proves. It imports provider and the standard library.
package httpx
