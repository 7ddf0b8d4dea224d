// Package wordpresstest runs a real WordPress with its MariaDB for tests, each
// account of it behind a gate at which requests and answers can be lost. The
// programs are Debian's, put there by scripts/wordpress-setup. What is slow (the
// installation) is done once and kept in the user's cache; a server is a copy of
// it and starts in about two seconds. Nothing outlives the test binary, however
// that ends. All but this file is for Linux. It imports stage, memory's operations, clock and golang.org/x/net/html.
package wordpresstest
