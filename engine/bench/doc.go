// Package bench measures the engine on generated workspaces, beside the floors
// that it is held against: reading and hashing the files, and the bare pipeline
// (read, decode once with yaml.v3, validate once with jsonschema). Times are
// worth something only as ratios of one run:
//
//	go test -bench Ratio -benchtime 5x ./engine/bench
//	SMMCTL_BENCH_POSTS=100000 go test -bench Validate -benchtime 1x ./engine/bench
//
// It has no code but its tests', which may import the whole engine.
package bench
