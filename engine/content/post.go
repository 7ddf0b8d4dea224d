package content

// Status is where a post stands in the editorial process. Only Ready is ever
// published.
type Status string

// The statuses.
const (
	Idea      Status = "idea"
	Draft     Status = "draft"
	InReview  Status = "in_review"
	Ready     Status = "ready"
	OnHold    Status = "on_hold"
	Cancelled Status = "cancelled"
)

// Post is one Markdown file with its front matter. Fields are as written: slots,
// defaults and variants are applied by For and by render.
type Post struct {
	ID            string                       `yaml:"id"`
	Accounts      []string                     `yaml:"accounts"` // accounts or groups
	PublishAt     Time                         `yaml:"publish_at"`
	Timezone      string                       `yaml:"timezone"` // "", "account" or a zone's name
	Status        Status                       `yaml:"status"`
	Format        string                       `yaml:"format"`
	Slot          string                       `yaml:"slot"`
	Reason        string                       `yaml:"reason"` // why it has no slot
	Pillar        string                       `yaml:"pillar"`
	Objective     string                       `yaml:"objective"`
	Audience      string                       `yaml:"audience"`
	FunnelStage   string                       `yaml:"funnel_stage"`
	Campaign      string                       `yaml:"campaign"`
	Language      string                       `yaml:"language"`
	TranslationOf string                       `yaml:"translation_of"`
	Media         []Media                      `yaml:"media"`
	Link          Link                         `yaml:"link"`
	CTA           *CTA                         `yaml:"cta"`
	Poll          *Poll                        `yaml:"poll"`
	Quote         Ref                          `yaml:"quote"`
	Repost        Ref                          `yaml:"repost"`
	ReplyTo       Ref                          `yaml:"reply_to"`
	FirstComment  string                       `yaml:"first_comment"`
	Mentions      map[string]map[string]string `yaml:"mentions"`
	Tags          []string                     `yaml:"tags"`
	Disclosure    *Disclosure                  `yaml:"disclosure"`
	EmbargoUntil  Time                         `yaml:"embargo_until"`
	UnpublishAt   Time                         `yaml:"unpublish_at"`
	Pin           *Pin                         `yaml:"pin"`
	Repeat        *Repeat                      `yaml:"repeat"`
	Delivery      string                       `yaml:"delivery"` // auto | reminder
	Late          Lateness                     `yaml:"late"`
	Replace       string                       `yaml:"replace"` // deny | allow
	Overrides     []Override                   `yaml:"overrides"`
	Options       map[string]map[string]any    `yaml:"options"` // by provider

	Removed   bool    `yaml:"removed"`
	Retract   bool    `yaml:"retract"`
	Republish int     `yaml:"republish"`
	Moved     *Moved  `yaml:"moved"`
	Origin    *Origin `yaml:"origin"`

	Body     string         `yaml:"-"` // Markdown, line ends normalised to \n
	Path     string         `yaml:"-"`
	Brand    string         `yaml:"-"`
	Month    string         `yaml:"-"`
	Front    map[string]any `yaml:"-"` // the front matter as decoded; variants are merged into a copy
	Variants []Variant      `yaml:"-"`
}

// Variant is <name>.<x>.md: what differs for an account, a group, a provider or
// a language. A nil Body keeps the post's.
type Variant struct {
	Selector string
	Set      map[string]any
	Body     *string
	Path     string
}

// Media is one file or address to attach.
type Media struct {
	File      string            `yaml:"file"` // relative to the post's folder
	URL       string            `yaml:"url"`
	SHA256    string            `yaml:"sha256"`
	Alt       string            `yaml:"alt"`
	Focus     []float64         `yaml:"focus"` // x, y in -1..1
	Cover     string            `yaml:"cover"`
	Subtitles map[string]string `yaml:"subtitles"`
	Rights    *Rights           `yaml:"rights"`
	Watermark *bool             `yaml:"watermark"` // false: without the brand's
}

// Rights say whose a picture is and until when it may be shown.
type Rights struct {
	Credit  string `yaml:"credit"`
	Expires Time   `yaml:"expires"`
}

// Ref points to a web address or to another post's publication. In a file a
// bare string is a URL.
type Ref struct {
	URL     string `yaml:"url"`
	Post    string `yaml:"post"`
	Account string `yaml:"account"` // default: the account that refers
}

// IsZero reports whether nothing is referred to.
func (r Ref) IsZero() bool { return r == Ref{} }

// Link is a Ref with what its card says, where the network draws cards from what
// it is sent. In a file a bare string is a URL.
type Link struct {
	URL         string `yaml:"url"`
	Post        string `yaml:"post"`
	Account     string `yaml:"account"`
	Title       string `yaml:"title"`
	Description string `yaml:"description"`
	Image       string `yaml:"image"` // a file, relative to the post's folder
}

// Ref is where the link leads.
func (l Link) Ref() Ref { return Ref{URL: l.URL, Post: l.Post, Account: l.Account} }

// CTA is a call to action.
type CTA struct {
	Label string `yaml:"label"`
	URL   string `yaml:"url"`
}

// Poll is a question's answers; the body is the question.
type Poll struct {
	Options   []string `yaml:"options"`
	ExpiresIn string   `yaml:"expires_in"`
	Multiple  bool     `yaml:"multiple"`
}

// Disclosure is what the law or the platform wants said.
type Disclosure struct {
	PaidPartnership bool   `yaml:"paid_partnership"`
	Sponsor         string `yaml:"sponsor"`
	AIGenerated     bool   `yaml:"ai_generated"`
	ERID            string `yaml:"erid"`
}

// Pin keeps a publication at the top of its account until a time, or for good.
type Pin struct {
	Until Time `yaml:"until"`
}

// Repeat makes a post evergreen; each occurrence is a Key of its own.
type Repeat struct {
	RRule     string `yaml:"rrule"`
	Variation string `yaml:"variation"` // required | allowed
}

// Override takes one publication past one guard, reviewed like all else.
type Override struct {
	Guard  string `yaml:"guard"`
	Reason string `yaml:"reason"`
	Until  Time   `yaml:"until"`
}

// Moved names the id that a post had before.
type Moved struct {
	From string `yaml:"from"`
}

// Origin marks an imported post: it is never published unless an Entry says
// that it is ours.
type Origin struct {
	Account string `yaml:"account"`
	Remote  string `yaml:"remote"`
}
