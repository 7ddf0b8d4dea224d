package cli

import (
	"runtime/debug"
	"testing"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	module := func(v string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: v}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "a4108ac0a4108ac0a4108ac0a4108ac0a4108ac0"}
	when := debug.BuildSetting{Key: "vcs.time", Value: "2026-11-24T18:00:00Z"}
	nothing := origin{Version: "dev"}
	told := origin{"v1.2.3", "0123456789abcdef0123456789abcdef01234567", "2026-11-25T00:00:00Z"}
	for name, c := range map[string]struct {
		told origin
		info *debug.BuildInfo
		want origin
	}{
		"a release":           {told, module("(devel)", revision, when), told},
		"go install of a tag": {nothing, module("v1.2.3"), origin{Version: "v1.2.3"}},
		"go install of a commit": {nothing, module("v0.0.0-20261124180000-a4108ac0a410"),
			origin{"v0.0.0-20261124180000-a4108ac0a410", "a4108ac0a410", "2026-11-24T18:00:00Z"}},
		"go install after a tag": {nothing, module("v1.2.4-0.20261124180000-a4108ac0a410"),
			origin{"v1.2.4-0.20261124180000-a4108ac0a410", "a4108ac0a410", "2026-11-24T18:00:00Z"}},
		"go build in a clone": {nothing, module("v0.0.0-20261124180000-a4108ac0a410+dirty", revision, when),
			origin{"v0.0.0-20261124180000-a4108ac0a410+dirty", revision.Value, when.Value}},
		"go build elsewhere": {nothing, module("(devel)"), nothing},
		"nothing is known":   {nothing, nil, nothing},
	} {
		if got := originOf(c.told, c.info); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
