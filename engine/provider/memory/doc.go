// Package memory is the reference platform: a social network in memory, with
// faults that can be switched on and every capability a knob. The conformance
// suite, the crash matrix and the simulator run on it. It imports content,
// clock, provider and the standard library.
package memory
