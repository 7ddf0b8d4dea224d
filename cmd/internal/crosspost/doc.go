// Package crosspost publishes one post, with a picture, a link, a mention and a
// thread of three, from one file with two variants to seven platforms at once by
// the real command line, and keeps docs/crosspost.md: what each of them received.
// It holds tests only.
package crosspost
