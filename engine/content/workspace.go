package content

import "time"

// Workspace is smm.yaml.
type Workspace struct {
	Format   int               `yaml:"format"`
	Timezone string            `yaml:"timezone"`
	Language string            `yaml:"language"`
	Branch   string            `yaml:"branch"`
	Ledger   LedgerRef         `yaml:"ledger"`
	Defaults Defaults          `yaml:"defaults"`
	Guards   WorkspaceGuards   `yaml:"guards"`
	Freeze   []FreezeWindow    `yaml:"freeze"`
	Rules    map[string]string `yaml:"rules"` // rule name: off | info | warning | error

	Approvals Approvals `yaml:"approvals"`
	Notify    []Notify  `yaml:"notify"`
}

// Approvals say whose yes a publication needs before it goes out. Without rules
// none is asked for.
type Approvals struct {
	// KeepWithinDay lets an approval stand when a post is moved within its day.
	KeepWithinDay bool           `yaml:"keep_within_day"`
	Rules         []ApprovalRule `yaml:"rules"`
	FastLane      []FastLane     `yaml:"fast_lane"`
}

// ApprovalRule asks for a number of yeses to the publications that all its lists
// choose; an empty list chooses all. Every rule that chooses a publication must
// be satisfied.
type ApprovalRule struct {
	Name      string   `yaml:"name"`
	Brands    []string `yaml:"brands"`
	Accounts  []string `yaml:"accounts"` // accounts or groups
	Campaigns []string `yaml:"campaigns"`
	Pillars   []string `yaml:"pillars"`
	From      []string `yaml:"from"`  // logins on the forge, with or without @
	Count     int      `yaml:"count"` // 0: 1
}

// FastLane names people whose own pull requests publish first and are reviewed
// afterwards. Its lists choose as a rule's do.
type FastLane struct {
	People       []string       `yaml:"people"`
	Brands       []string       `yaml:"brands"`
	Accounts     []string       `yaml:"accounts"`
	Campaigns    []string       `yaml:"campaigns"`
	Pillars      []string       `yaml:"pillars"`
	Reason       string         `yaml:"reason"`
	ReviewWithin *time.Duration `yaml:"review_within"` // nil: a day
}

// Notify is a webhook that is told of outcomes.
type Notify struct {
	Webhook string   `yaml:"webhook"` // a reference to its address, which is a secret
	On      []string `yaml:"on"`      // published | missed | unknown | drift | credential; default all
	Brands  []string `yaml:"brands"`
}

// LedgerRef pins the ledger.
type LedgerRef struct {
	ID     string `yaml:"id"`
	Remote string `yaml:"remote"` // a Git remote's name, default origin; none keeps the ledger local
	Branch string `yaml:"branch"` // default smm-ledger
}

// Defaults hold for every account and post that does not say otherwise.
type Defaults struct {
	Policy   string                    `yaml:"policy"`
	Schedule string                    `yaml:"schedule"`
	Late     Lateness                  `yaml:"late"`
	Replace  string                    `yaml:"replace"`
	Delivery string                    `yaml:"delivery"`
	Guards   AccountGuards             `yaml:"guards"`
	Options  map[string]map[string]any `yaml:"options"` // by provider
}

// WorkspaceGuards cap what one run may take away. Nil is the default (3 and 10),
// 0 is no limit.
type WorkspaceGuards struct {
	MaxRetracts     *int `yaml:"max_retracts"`      // retractions an account a run
	MaxRetractShare *int `yaml:"max_retract_share"` // percent of the account's live publications
}

// FreezeWindow is a time in which nothing is published.
type FreezeWindow struct {
	From     Time     `yaml:"from"`
	Until    Time     `yaml:"until"`
	Reason   string   `yaml:"reason"`
	Brands   []string `yaml:"brands"`
	Accounts []string `yaml:"accounts"`
}

// Strategy is strategies/<brand>/strategy.yaml.
type Strategy struct {
	Brand       string                       `yaml:"brand"`
	Audiences   []Audience                   `yaml:"audiences"`
	Objectives  []Objective                  `yaml:"objectives"`
	Pillars     []Pillar                     `yaml:"pillars"`
	Voice       Voice                        `yaml:"voice"`
	Hashtags    Hashtags                     `yaml:"hashtags"`
	Cadence     []Cadence                    `yaml:"cadence"`
	Groups      map[string][]string          `yaml:"groups"`
	Mentions    map[string]map[string]string `yaml:"mentions"` // name: provider: handle
	Blackouts   []Blackout                   `yaml:"blackouts"`
	Competitors []Competitor                 `yaml:"competitors"`
	Budget      Budget                       `yaml:"budget"`
	Watermark   *Watermark                   `yaml:"watermark"`
}

// Watermark is a logo on the brand's pictures. Lengths are in percent of the
// picture's width. Nil is the default: 12, 3 and 1.
type Watermark struct {
	Logo    string   `yaml:"logo"`   // a file, relative to the brand's folder or the workspace
	Corner  string   `yaml:"corner"` // default bottom-right
	Width   *float64 `yaml:"width"`
	Margin  *float64 `yaml:"margin"`
	Opacity *float64 `yaml:"opacity"`
	Pillars []string `yaml:"pillars"` // of posts that get it; none: all
}

// Audience is a group of people the brand speaks to.
type Audience struct {
	ID          string   `yaml:"id"`
	Description string   `yaml:"description"`
	Languages   []string `yaml:"languages"`
	Where       []string `yaml:"where"`
}

// Objective is a goal with its measure.
type Objective struct {
	ID       string   `yaml:"id"`
	KPI      string   `yaml:"kpi"`
	Period   string   `yaml:"period"`
	Baseline float64  `yaml:"baseline"`
	Target   float64  `yaml:"target"`
	By       Time     `yaml:"by"`
	Accounts []string `yaml:"accounts"`
}

// Pillar is a rubric and its share of the posts, in percent.
type Pillar struct {
	ID          string  `yaml:"id"`
	Title       string  `yaml:"title"`
	Share       float64 `yaml:"share"`
	Tolerance   float64 `yaml:"tolerance"`
	Max         float64 `yaml:"max"`
	Promotional bool    `yaml:"promotional"`
}

// Voice is how the brand sounds.
type Voice struct {
	Do    []string `yaml:"do"`
	Avoid []string `yaml:"avoid"`
	Words struct {
		Banned    []string          `yaml:"banned"`
		Preferred map[string]string `yaml:"preferred"`
	} `yaml:"words"`
}

// Hashtags are the brand's own and those it never uses.
type Hashtags struct {
	Branded []string `yaml:"branded"`
	Banned  []string `yaml:"banned"`
}

// Cadence is how often an account posts.
type Cadence struct {
	Account string `yaml:"account"`
	PerWeek struct {
		Min int `yaml:"min"`
		Max int `yaml:"max"`
	} `yaml:"per_week"`
	BestTimes []string `yaml:"best_times"`
}

// Blackout is a range of days on which the brand does not post, both included.
type Blackout struct {
	From   Time   `yaml:"from"`
	To     Time   `yaml:"to"`
	Reason string `yaml:"reason"`
}

// Competitor is somebody to compare with.
type Competitor struct {
	Name     string            `yaml:"name"`
	Accounts map[string]string `yaml:"accounts"`
}

// Budget is money per month, in Currency's units.
type Budget struct {
	Currency   string  `yaml:"currency"`
	Paid       float64 `yaml:"paid"`
	Production float64 `yaml:"production"`
}

// Account is strategies/<brand>/accounts/<account>.yaml.
type Account struct {
	ID             string            `yaml:"id"`
	Provider       string            `yaml:"provider"`
	Server         string            `yaml:"server"`
	Handle         string            `yaml:"handle"`
	Language       string            `yaml:"language"`
	Timezone       string            `yaml:"timezone"`
	Credentials    map[string]string `yaml:"credentials"` // references, never values
	Policy         string            `yaml:"policy"`      // create-only | upsert | sync
	Drift          string            `yaml:"drift"`       // report | accept | revert
	Late           Lateness          `yaml:"late"`
	Guards         AccountGuards     `yaml:"guards"`
	PlatformLimits map[string]int    `yaml:"platform_limits"`
	Schedule       string            `yaml:"schedule"` // engine | native
	Owner          string            `yaml:"owner"`
	Profile        *Profile          `yaml:"profile"`
	Options        map[string]any    `yaml:"options"` // the provider's own schema

	Brand string `yaml:"-"` // from the folder
	Path  string `yaml:"-"`
}

// AccountGuards bound one run on one account. Nil is the default, 0 is no limit.
type AccountGuards struct {
	PerRun      *int           `yaml:"per_run"`
	EditsPerRun *int           `yaml:"edits_per_run"`
	MinGap      *time.Duration `yaml:"min_gap"`
	QuietHours  []string       `yaml:"quiet_hours"` // "22:00-07:00" in the account's zone
}

// Profile is an account's desired face. An empty field is not managed.
type Profile struct {
	Name   string            `yaml:"name"`
	Bio    string            `yaml:"bio"`
	Avatar string            `yaml:"avatar"` // a file
	Header string            `yaml:"header"` // a file
	Links  []string          `yaml:"links"`
	Fields map[string]string `yaml:"fields"` // label: value, beside the links
	Pinned string            `yaml:"pinned"` // a post's id
}

// Campaign is strategies/<brand>/campaigns/<id>.yaml.
type Campaign struct {
	ID          string            `yaml:"id"`
	Description string            `yaml:"description"`
	Goal        string            `yaml:"goal"`
	Objective   string            `yaml:"objective"`
	From        Time              `yaml:"from"`
	Until       Time              `yaml:"until"`
	UTM         map[string]string `yaml:"utm"` // source, medium, campaign, content, term
	Accounts    []string          `yaml:"accounts"`
	Budget      Budget            `yaml:"budget"`
	Ads         []Ad              `yaml:"ads"`
	Contest     *Contest          `yaml:"contest"`

	Brand string `yaml:"-"`
	Path  string `yaml:"-"`
}

// Ad is money behind a post.
type Ad struct {
	Account  string  `yaml:"account"`
	Post     string  `yaml:"post"`
	Amount   float64 `yaml:"amount"`
	From     Time    `yaml:"from"`
	Until    Time    `yaml:"until"`
	Audience string  `yaml:"audience"`
}

// Contest is a draw that a campaign holds.
type Contest struct {
	Rules   string `yaml:"rules"`
	Prize   string `yaml:"prize"`
	From    Time   `yaml:"from"`
	Until   Time   `yaml:"until"`
	Winners int    `yaml:"winners"`
}

// Playbook is strategies/<brand>/playbook.yaml.
type Playbook struct {
	Brand         string         `yaml:"brand"`
	RespondWithin time.Duration  `yaml:"respond_within"`
	Hours         string         `yaml:"hours"`
	Tone          string         `yaml:"tone"`
	Rules         []PlaybookRule `yaml:"rules"`
	Escalation    []Escalation   `yaml:"escalation"`
}

// PlaybookRule says what to do with a kind of comment.
type PlaybookRule struct {
	ID     string        `yaml:"id"`
	When   string        `yaml:"when"`
	Do     string        `yaml:"do"` // answer | hide | escalate | ignore | delete
	Reply  string        `yaml:"reply"`
	To     string        `yaml:"to"`
	Within time.Duration `yaml:"within"`
}

// Escalation names who is called when.
type Escalation struct {
	To   string `yaml:"to"`
	When string `yaml:"when"`
}

// MonthPlan is content/<brand>/<yyyy-mm>/plan.yaml.
type MonthPlan struct {
	Month string `yaml:"month"`
	Theme string `yaml:"theme"`
	Slots []Slot `yaml:"slots"`

	Brand string `yaml:"-"`
	Path  string `yaml:"-"`
}

// Slot is a place in the month that a post fills.
type Slot struct {
	ID          string            `yaml:"id"`
	At          Time              `yaml:"at"`
	Timezone    string            `yaml:"timezone"`
	Pillar      string            `yaml:"pillar"`
	Format      string            `yaml:"format"`
	Accounts    []string          `yaml:"accounts"`
	Owner       string            `yaml:"owner"`
	Assignees   map[string]string `yaml:"assignees"`
	Due         map[string]Time   `yaml:"due"`
	Brief       string            `yaml:"brief"`
	Flexible    bool              `yaml:"flexible"`
	Campaign    string            `yaml:"campaign"`
	Objective   string            `yaml:"objective"`
	Audience    string            `yaml:"audience"`
	FunnelStage string            `yaml:"funnel_stage"`
	Language    string            `yaml:"language"`
}
