// Package blueskytest runs the reference PDS (npm @atproto/pds, with the directory
// of @did-plc/server) for tests: one child process on loopback, installed once
// below the user's cache folder, with a fresh account for each test and a
// stage.Gate before it, so that faults and lost answers happen before a real
// server. It imports stage, memory's faults and the standard library. Only tests
// import it.
package blueskytest
