package memory

import (
	"context"
	"io/fs"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Options say what kind of platform it is. Behaviour follows the capabilities:
// what they deny is answered as Unsupported, and its facet is nil.
type Options struct {
	Name         string // of the driver; memory where empty
	Facility     provider.Facility
	Capabilities provider.Capabilities
	Limits       provider.Limits
	// Quota is how many requests a Window are served; the rest is throttled. 0: all.
	Quota  int
	Window time.Duration
}

// Everything returns options for a platform that can do all there is.
func Everything() Options {
	return Options{
		Facility: provider.ReadBack,
		Capabilities: provider.Capabilities{
			Formats: []string{"text", "image", "carousel", "video", "link", "poll"}, Markup: provider.Plain,
			Edit: true, Retract: true, Thread: true, Schedule: true, Pin: true, Poll: true, FirstComment: true,
			ReplyTo: true, ReplyToURL: true, AltText: true, Focus: true, Mentions: true,
			Profile:     []string{"name", "bio", "avatar", "header", "links", "pinned"},
			KeyLifetime: time.Hour,
		},
		Limits: provider.Limits{
			Characters: 500, Unit: "codepoints", Media: 4, AltText: 1500, ImageBytes: 8 << 20,
			MediaTypes: []string{"image/png", "image/jpeg", "image/gif"}, PollOptions: 4, PollOption: 50,
			PollMin: 5 * time.Minute, PollMax: 30 * 24 * time.Hour,
			ScheduleMin: 5 * time.Minute, ScheduleMax: 365 * 24 * time.Hour, ScheduleTotal: 300, SchedulePerDay: 25,
			Pins: 3, Name: 30, Bio: 500, ProfileFields: 4, ProfileField: 255, PageSize: 40,
		},
	}
}

// Driver returns a driver whose every account is p.
func Driver(p *Platform, o Options) *provider.Driver {
	return DriverFor(func(content.Account) *Platform { return p }, o)
}

// DriverFor returns a driver that finds each account's platform with find; nil
// from it is an account that nobody knows.
func DriverFor(find func(content.Account) *Platform, o Options) *provider.Driver {
	if o.Name == "" {
		o.Name = "memory"
	}
	return &provider.Driver{
		Name: o.Name, Facility: o.Facility, Capabilities: o.Capabilities, Limits: o.Limits,
		PostOptions: `{"type":"object","additionalProperties":{"type":"string"}}`,
		Fingerprint: Fingerprint,
		Open: func(ctx context.Context, c provider.Config) (*provider.Account, error) {
			p := find(c.Account)
			if p == nil {
				return nil, &provider.Error{Kind: provider.Unauthorized, Op: OpOpen, Status: 401}
			}
			return Open(ctx, p, c.Files, c.OnRate, o)
		},
	}
}

// Open signs in to p. Media are looked up in files, unless it is nil; onRate may
// be nil.
func Open(ctx context.Context, p *Platform, files fs.FS, onRate func(provider.Rate), o Options) (*provider.Account, error) {
	if o.Name == "" {
		o.Name = "memory"
	}
	a := &account{p: p, o: o, files: files, onRate: onRate}
	if _, err := request(ctx, a, OpOpen, func(Fault) (none, error) { return none{}, nil }); err != nil {
		return nil, err
	}
	acc := &provider.Account{
		Identity:     provider.Identity{Provider: o.Name, Server: "memory", ID: p.id, Handle: "@" + p.id},
		Capabilities: o.Capabilities, Limits: o.Limits, ServerTime: p.Now(),
		Posts: posts{a},
	}
	if o.Capabilities.Pin {
		acc.Pins = pins{a}
	}
	if o.Capabilities.Schedule {
		acc.Schedules = schedules{a}
	}
	if len(o.Capabilities.Profile) > 0 {
		acc.Profile = profile{a}
	}
	return acc, nil
}

// account is one login on a platform.
type account struct {
	p      *Platform
	o      Options
	files  fs.FS
	onRate func(provider.Rate)
}

type none struct{}
