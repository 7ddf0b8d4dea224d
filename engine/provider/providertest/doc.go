// Package providertest is the conformance suite that every provider runs: what
// the engine relies on, as tests. A provider's own test gives a Harness and
// calls Run. It imports provider, the fault kinds of memory, plan and the
// standard library; nothing but tests imports it.
package providertest
