// Package provider holds what the engine asks of a platform: small interfaces,
// capabilities and limits as data, and error kinds that say whether a request
// may be repeated. It imports content, clock and the standard library; every
// platform's own package imports it, and the engine imports no platform.
package provider

import (
	"context"
	"io/fs"
	"iter"
	"net/http"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
)

// Driver is one kind of platform: a row of the table in package all. All but
// Open and Fingerprint is data, usable offline.
type Driver struct {
	Name         string       `json:"name"`
	Facility     Facility     `json:"facility"`
	Capabilities Capabilities `json:"capabilities"`
	Limits       Limits       `json:"limits"`

	// PostOptions and AccountOptions are JSON Schemas (draft 2020-12) of a post's
	// options.<name> and of an account's options; empty allows none.
	PostOptions    string `json:"-"`
	AccountOptions string `json:"-"`
	// Credentials names what an account file must give: token …
	Credentials []string `json:"-"`
	// NeedsServer and NeedsHandle say that an account file must name its server,
	// and the name to sign in with.
	NeedsServer bool `json:"-"`
	// Hosts are the platform's own, which are one server by several names.
	Hosts       []string `json:"-"`
	NeedsHandle bool     `json:"-"`

	// Fingerprint condenses a segment to what survives the platform's own
	// rewriting, so that an object read back can be recognised. It equals the
	// Fingerprint of the Object that publishing the segment makes.
	Fingerprint func(content.Segment) string `json:"-"`
	// Open signs in and reads who we are and what the server allows.
	Open func(context.Context, Config) (*Account, error) `json:"-"`
}

// Facility is what a platform offers against publishing twice.
type Facility string

// The facilities, strongest first.
const (
	ClientKey      Facility = "client_key"      // we choose the object's id
	IdempotencyKey Facility = "idempotency_key" // a key is remembered for a while; read-back stands behind it
	ReadBack       Facility = "read_back"       // own posts can be listed
	NoFacility     Facility = "none"            // neither: a lost answer is unknown
)

// Markup is how a platform takes formatted text.
type Markup string

// The markups.
const (
	Plain  Markup = "plain"
	Facets Markup = "facets" // plain text with marked runs: links, mentions, tags
	// Entities is Facets with styles as well: bold, italic, strike, code, pre, quote.
	Entities Markup = "entities"
	Markdown Markup = "markdown" // the text holds Markdown itself, as Discord takes it
	HTML     Markup = "html"
)

// Marks reports whether runs of the text are marked beside it.
func (m Markup) Marks() bool { return m == Facets || m == Entities }

// Capabilities say what a kind of platform, or one server, can do. Validation,
// planning, the conformance suite and the documentation read them.
type Capabilities struct {
	Formats      []string `json:"formats"` // of content: text image carousel video link poll article …
	Markup       Markup   `json:"markup"`
	Edit         bool     `json:"edit"`
	Retract      bool     `json:"retract"`
	Thread       bool     `json:"thread"`
	ThreadLoose  bool     `json:"thread_loose"` // a thread's parts follow one another and are not tied: an Object tells no parent
	Schedule     bool     `json:"schedule"`
	Pin          bool     `json:"pin"`
	Poll         bool     `json:"poll"`
	PollFixed    bool     `json:"poll_fixed"` // a post with a poll cannot be edited at all
	FirstComment bool     `json:"first_comment"`
	ReplyTo      bool     `json:"reply_to"`     // to an own publication
	ReplyToURL   bool     `json:"reply_to_url"` // to anybody's
	Quote        bool     `json:"quote"`
	Repost       bool     `json:"repost"`
	AltText      bool     `json:"alt_text"`
	MediaFixed   bool     `json:"media_fixed"` // an edit cannot change how many media there are
	Focus        bool     `json:"focus"`
	Cover        bool     `json:"cover"`     // of a video, a picture of our own
	Subtitles    bool     `json:"subtitles"` // of a video, by language
	Mentions     bool     `json:"mentions"`
	Card         bool     `json:"card"`        // a link's card is ours to send
	Lookup       bool     `json:"lookup"`      // Get works though List does not (Facility none)
	Profile      []string `json:"profile"`     // name bio avatar header links pinned
	Regenerable  bool     `json:"regenerable"` // made wholly from the repository and the ledger
	// Immutable lists fields that Edit cannot change, by path and all below it:
	// "options.visibility", "poll".
	Immutable []string `json:"immutable,omitempty"`
	// Notes is what the plan says beside an action here, by the action's name:
	// that readers may still see the first version after an edit.
	Notes map[string]string `json:"notes,omitempty"`
	// VisibilityDelay is how long a publication may be missing from List.
	VisibilityDelay time.Duration `json:"visibility_delay"`
	// KeyLifetime is how long an idempotency key is remembered.
	KeyLifetime time.Duration `json:"key_lifetime"`
}

// Limits bound one segment. 0 is no limit known.
type Limits struct {
	Characters       int           `json:"characters"`
	Unit             string        `json:"unit"` // how Characters counts: a name of package measure
	Media            int           `json:"media"`
	AltText          int           `json:"alt_text"` // code points
	ImageBytes       int64         `json:"image_bytes"`
	ImagePixels      int64         `json:"image_pixels"`
	VideoBytes       int64         `json:"video_bytes"`
	MediaTypes       []string      `json:"media_types"`
	MediaRequired    bool          `json:"media_required"`
	PollOptions      int           `json:"poll_options"`
	PollOption       int           `json:"poll_option"`   // characters of one option
	PollQuestion     int           `json:"poll_question"` // Characters where there is a poll; 0: as without
	PollMin          time.Duration `json:"poll_min"`
	PollMax          time.Duration `json:"poll_max"`
	ScheduleMin      time.Duration `json:"schedule_min"` // native scheduling needs at least this lead
	ScheduleMax      time.Duration `json:"schedule_max"` // and at most this
	ScheduleTotal    int           `json:"schedule_total"`
	SchedulePerDay   int           `json:"schedule_per_day"`
	Pins             int           `json:"pins"`
	Name             int           `json:"name"`
	Bio              int           `json:"bio"`
	ProfileFields    int           `json:"profile_fields"`
	ProfileField     int           `json:"profile_field"`
	URLLength        int           `json:"url_length"` // what a URL counts as
	PageSize         int           `json:"page_size"`
	Title            int           `json:"title"`
	ImageTypes       []string      `json:"image_types,omitempty"`
	VideoPerPost     int           `json:"video_per_post"`
	MixImageAndVideo bool          `json:"mix_image_and_video"`
	Caption          int           `json:"caption"`    // Characters where media are attached; 0: as without
	TextBytes        int           `json:"text_bytes"` // UTF-8, beside Characters
	ImageSide        int           `json:"image_side"` // pixels of the longer side
	// RatioMin and RatioMax bound a picture's width over its height.
	RatioMin    float64       `json:"ratio_min"`
	RatioMax    float64       `json:"ratio_max"`
	VideoLength time.Duration `json:"video_length"`
	// EditWindow and RetractWindow are how long after publishing it can be edited,
	// or taken down.
	EditWindow    time.Duration `json:"edit_window"`
	RetractWindow time.Duration `json:"retract_window"`
}

// Config is what Open gets.
type Config struct {
	Account    content.Account
	Credential func(name string) (Secret, error) // resolves the account's reference of that name
	HTTP       *http.Client
	Clock      clock.Clock
	Files      fs.FS // the workspace as it is to be published
	// Make gives a file as it is to be sent, where Attachment.Make says how; nil
	// gives every file as it is.
	Make      func(context.Context, content.Attachment) (File, error)
	Root      string // the workspace's folder on this machine, for output
	OnRate    func(Rate)
	UserAgent string
	// Timeout bounds one request, so that a lease outlives it.
	Timeout time.Duration
}

// Rate is what a platform says of its rate limit.
type Rate struct {
	Limit     int
	Remaining int
	Reset     time.Time
}

// Account is one login, opened. A facet that the platform lacks is nil.
type Account struct {
	Identity     Identity
	Capabilities Capabilities // of this server
	Limits       Limits       // of this server
	ServerTime   time.Time    // the server's clock when it answered, or zero

	Access Access

	Posts     Posts
	Pins      Pins
	Schedules Schedules
	Profile   Profile
	// Locate says which of this account's objects an address leads to, where Get
	// cannot: an address of anybody else's is an error. Nil where Get can.
	Locate func(address string) (id string, err error)
	// Finish completes what a batch left to do, such as a site's index. It is
	// called at the end of every apply and must be cheap when nothing changed.
	Finish func(context.Context) error
}

// Access is what a credential may do, as far as the platform tells.
type Access struct {
	Can     []string  // in the platform's own words
	Lacks   []string  // what publishing needs and the credential has not
	Expires time.Time // zero: it does not, or nobody says
}

// Identity pins an account: credentials that lead elsewhere are refused.
type Identity struct {
	Provider string `json:"provider"`
	Server   string `json:"server"`
	ID       string `json:"id"`
	Handle   string `json:"handle"`
}

// Same reports whether both are the same login; a handle may change.
func (i Identity) Same(o Identity) bool {
	return i.Provider == o.Provider && i.Server == o.Server && i.ID == o.ID
}

// Request is one segment to be sent.
type Request struct {
	Key        content.Key
	Generation int
	Index      int    // of the segment
	ClientKey  string // 64 hex digits, stored in the intent and never recomputed
	IntentAt   time.Time
	Segment    content.Segment
	ParentID   string // the object it answers: the previous segment, or reply_to
	ParentURL  string // instead of ParentID, for somebody else's post
	RootID     string // a thread's first object
	At         time.Time
	// Prior is, for an edit, what was observed, and PriorSent what was sent.
	Prior     map[string]string
	PriorSent map[string]string
}

// Object is one message as the platform has it.
type Object struct {
	ID          string            `json:"id"`
	URL         string            `json:"url"`
	CreatedAt   time.Time         `json:"created_at"`
	ParentID    string            `json:"parent_id,omitempty"`
	Fields      map[string]string `json:"fields"` // in the platform's own form; the same from Publish, Edit, Get and List
	Fingerprint string            `json:"fingerprint"`
	Pinned      bool              `json:"pinned,omitempty"`
	ScheduledAt time.Time         `json:"scheduled_at,omitzero"` // of an object in the platform's schedule
}

// Posts is the publications of an account. Every method makes one attempt and
// returns an *Error whose Kind says what is known.
type Posts interface {
	Publish(context.Context, Request) (Object, error)
	// Edit sends the full desired state of an object.
	Edit(ctx context.Context, id string, r Request) (Object, error)
	Delete(ctx context.Context, id string) error
	Get(ctx context.Context, id string) (Object, error)
	// List yields the account's own objects, newest first, page by page as it is
	// read; the caller stops when it has seen enough. After an error it ends.
	List(context.Context) iter.Seq2[Object, error]
}

// Pins keeps publications at the top of an account. Both ways are idempotent.
type Pins interface {
	Pin(ctx context.Context, id string) error
	Unpin(ctx context.Context, id string) error
}

// Schedules hands publications over early. An Object's ID is the schedule's own
// and may differ from that of the publication that comes of it.
type Schedules interface {
	Schedule(context.Context, Request) (Object, error)
	Reschedule(ctx context.Context, id string, at time.Time) (Object, error)
	Unschedule(ctx context.Context, id string) error
	ListScheduled(context.Context) ([]Object, error)
}

// Profile is an account's face. Fields are those of content.Face.FieldValues,
// in the platform's own form.
type Profile interface {
	GetProfile(context.Context) (map[string]string, error)
	SetProfile(context.Context, content.Face) (map[string]string, error)
}
