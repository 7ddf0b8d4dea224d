package content

import (
	"fmt"
	"time"
)

// RendererVersion is raised when rendering changes its output. It is recorded
// beside each publication; a newer one alone never edits a published post.
const RendererVersion = 1

// Publication is what Git wants of one Key: one post on one account. Everything
// that planning needs is in its own fields; Segments are nil until it has been
// rendered, which is only needed where something is to be sent.
type Publication struct {
	Key      Key    `json:"key"`
	Provider string `json:"provider"`
	Path     string `json:"path"`
	Digest   string `json:"digest"` // of the source: front matter, body, variant, media

	At         time.Time `json:"at"`
	Late       Lateness  `json:"late"`
	Ready      bool      `json:"ready"`             // status: ready
	OnHold     bool      `json:"on_hold,omitempty"` // status: on_hold, shown in the plan
	Invalid    string    `json:"invalid,omitempty"` // why it must not go out, from validation
	Embargo    time.Time `json:"embargo"`
	Unpublish  time.Time `json:"unpublish"`
	Pin        bool      `json:"pin,omitempty"`
	PinUntil   time.Time `json:"pin_until"`
	Reminder   bool      `json:"reminder,omitempty"` // delivery: reminder
	Replace    bool      `json:"replace,omitempty"`  // replace: allow
	Native     bool      `json:"native,omitempty"`   // hand over early where the platform can schedule
	Removed    bool      `json:"removed,omitempty"`
	Retract    bool      `json:"retract,omitempty"`
	Republish  int       `json:"republish,omitempty"` // the generation asked for, 0 for none
	MovedFrom  string    `json:"moved_from,omitempty"`
	Imported   bool      `json:"imported,omitempty"` // has an origin
	Overrides  []Bypass  `json:"overrides,omitempty"`
	DependsOn  []Key     `json:"depends_on,omitempty"` // publications whose URL or id this one needs
	Segments   []Segment `json:"segments,omitempty"`
	Profile    *Face     `json:"profile,omitempty"` // for a profile's Key, instead of segments
	ReplyTo    Key       `json:"reply_to,omitzero"` // an own publication that segment 0 answers
	ReplyToURL string    `json:"reply_to_url,omitempty"`

	// Pillar and Campaign are the post's, else its slot's: approval rules choose by
	// them.
	Pillar   string `json:"pillar,omitempty"`
	Campaign string `json:"campaign,omitempty"`
	// Frame is a digest of what changes how it looks and is not in its source: the
	// campaign's parameters, the brand's watermark. Empty where there are none.
	Frame string `json:"frame,omitempty"`
}

// Bypass is an Override with its time resolved.
type Bypass struct {
	Guard  string    `json:"guard"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// Segment is one message of a publication: the whole, or one part of a thread.
type Segment struct {
	Text      string            `json:"text"`            // final text, in the network's own markup where it has one
	HTML      string            `json:"html,omitempty"`  // where the platform takes markup
	Title     string            `json:"title,omitempty"` // where the platform has one
	Facets    []Facet           `json:"facets"`
	Media     []Attachment      `json:"media"`
	Poll      *PollSpec         `json:"poll,omitempty"`
	Card      *Card             `json:"card,omitempty"` // where the network draws link cards from what we send
	Language  string            `json:"language,omitempty"`
	Options   map[string]string `json:"options,omitempty"` // provider's own: visibility, content_warning …
	Tags      []string          `json:"tags,omitempty"`
	Date      time.Time         `json:"date,omitzero"` // the publication's wanted time, for platforms that print one
	Length    int               `json:"length"`
	Limit     int               `json:"limit"` // 0: none
	OK        bool              `json:"ok"`
	IsComment bool              `json:"is_comment,omitempty"` // the first comment
}

// Facet marks a run of Text, in bytes. Networks with marked runs get links,
// mentions and tags; those with entities get the styles, too, and there runs may
// contain one another. An outer run comes before the runs in it.
type Facet struct {
	Kind  string `json:"kind"` // link | mention | tag; bold | italic | strike | code | pre | quote
	Start int    `json:"start"`
	End   int    `json:"end"`
	Value string `json:"value"` // an address, a handle, a tag's name, a block of code's language
}

// Card is what a link looks like under a post.
type Card struct {
	URL         string      `json:"url"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Image       *Attachment `json:"image,omitempty"`
}

// Attachment is a file to be sent with a segment.
type Attachment struct {
	File   string    `json:"file"` // relative to the workspace, slashes
	SHA256 string    `json:"sha256"`
	Alt    string    `json:"alt"`
	Type   string    `json:"type"` // MIME, by content
	Width  int       `json:"width"`
	Height int       `json:"height"`
	Bytes  int64     `json:"bytes"`
	Focus  []float64 `json:"focus,omitempty"`
	// Cover and Subtitles go with a video, where the network takes them.
	Cover     *Attachment           `json:"cover,omitempty"`
	Subtitles map[string]Attachment `json:"subtitles,omitempty"` // by language
	// Make is how the file becomes what is sent; nil: as it is.
	Make *Make `json:"make,omitempty"`

	// URL is where the file was fetched from, if it was; File is the copy then.
	URL string `json:"url,omitempty"`
	// Plain says that the post wants no watermark on it.
	Plain  bool   `json:"plain,omitempty"`
	Traits Traits `json:"traits,omitzero"`
}

// Traits are what a file tells of itself beside type and size.
type Traits struct {
	Turn     int           `json:"turn,omitempty"`     // how the camera was held, as Exif says it: 2 to 8; 0: upright
	Metadata []string      `json:"metadata,omitempty"` // kinds that would go out with it: exif, xmp, location …
	Animated bool          `json:"animated,omitempty"`
	Alpha    bool          `json:"alpha,omitempty"`    // it may be transparent somewhere
	Damaged  bool          `json:"damaged,omitempty"`  // it ends early, or cannot be walked through
	Duration time.Duration `json:"duration,omitempty"` // of a video; 0: not known
	Codec    string        `json:"codec,omitempty"`    // of its pictures: h264, hevc, vp9, av1 …
}

// Make is what is done to a picture before it is sent, decided from its header
// and the network's limits. The crop is in the picture's own pixels, upright.
type Make struct {
	Type     string `json:"type"`           // what it becomes: image/jpeg, image/png, image/gif
	Crop     *Crop  `json:"crop,omitempty"` // nil: the whole picture
	Width    int    `json:"width"`          // after scaling
	Height   int    `json:"height"`
	MaxBytes int64  `json:"max_bytes"` // quality, then size, is lowered until it fits; 0: no bound
	// RatioMin and RatioMax bound width over height where the size is lowered.
	RatioMin float64 `json:"ratio_min,omitempty"`
	RatioMax float64 `json:"ratio_max,omitempty"`
	Strip    bool    `json:"strip,omitempty"` // only its metadata are taken out; the pixels stay
	Logo     *Logo   `json:"logo,omitempty"`
}

// Crop is a rectangle in pixels.
type Crop struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Logo is a watermark.
type Logo struct {
	File    string  `json:"file"` // of the workspace
	SHA256  string  `json:"sha256"`
	Corner  string  `json:"corner"`  // top-left | top-right | bottom-left | bottom-right
	Width   float64 `json:"width"`   // of the picture's width, in percent
	Margin  float64 `json:"margin"`  // likewise
	Opacity float64 `json:"opacity"` // 0 to 1
}

// PollSpec is a poll, ready to send.
type PollSpec struct {
	Options  []string      `json:"options"`
	Expires  time.Duration `json:"expires"`
	Multiple bool          `json:"multiple"`
}

// Face is a profile, ready to send; empty fields are not managed.
type Face struct {
	Name   string       `json:"name,omitempty"`
	Bio    string       `json:"bio,omitempty"`
	Avatar *Attachment  `json:"avatar,omitempty"`
	Header *Attachment  `json:"header,omitempty"`
	Fields []FieldValue `json:"fields,omitempty"`
}

// FieldValue is one label and value, of a profile or of a comparison.
type FieldValue struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// FieldValues returns the segment as flat paths and values, in a fixed order:
// what is compared, shown in a plan and kept in the ledger as sent.
func (s *Segment) FieldValues() []FieldValue {
	var out []FieldValue
	add := func(path, value string) {
		if value != "" {
			out = append(out, FieldValue{path, value})
		}
	}
	add("title", s.Title)
	out = append(out, FieldValue{"text", s.Text})
	if s.HTML != "" {
		add("html", Digest(s.HTML)) // markup is compared, not kept
	}
	if len(s.Facets) > 0 {
		add("facets", facetsDigest(s.Facets)) // likewise: where links lead, what is bold
	}
	add("language", s.Language)
	for _, k := range sortedKeys(s.Options) {
		add("options."+k, s.Options[k])
	}
	for i, t := range s.Tags {
		add(fmt.Sprintf("tags[%d]", i), t)
	}
	for i, m := range s.Media {
		p := fmt.Sprintf("media[%d].", i)
		add(p+"file", m.Source())
		add(p+"sha256", m.SHA256)
		add(p+"alt", m.Alt)
		if len(m.Focus) == 2 {
			add(p+"focus", fmt.Sprintf("%g,%g", m.Focus[0], m.Focus[1]))
		}
		if m.Plain { // the brand's rule itself edits nothing that is published
			add(p+"watermark", "false")
		}
		if m.Cover != nil {
			add(p+"cover", m.Cover.SHA256)
		}
		for _, l := range sortedKeys(m.Subtitles) {
			add(p+"subtitles."+l, m.Subtitles[l].SHA256)
		}
	}
	if c := s.Card; c != nil {
		add("card.url", c.URL)
		add("card.title", c.Title)
		add("card.description", c.Description)
		if c.Image != nil {
			add("card.image", c.Image.SHA256)
		}
	}
	if s.Poll != nil {
		for i, o := range s.Poll.Options {
			add(fmt.Sprintf("poll.options[%d]", i), o)
		}
		add("poll.expires", s.Poll.Expires.String())
		add("poll.multiple", fmt.Sprint(s.Poll.Multiple))
	}
	return out
}

func facetsDigest(facets []Facet) string {
	parts := make([]string, 0, len(facets)*2)
	for _, f := range facets {
		parts = append(parts, fmt.Sprintf("%s %d %d", f.Kind, f.Start, f.End), f.Value)
	}
	return Digest(parts...)
}

// FieldValues returns the profile as flat paths and values, in a fixed order.
func (f *Face) FieldValues() []FieldValue {
	var out []FieldValue
	add := func(path, value string) {
		if value != "" {
			out = append(out, FieldValue{path, value})
		}
	}
	add("name", f.Name)
	add("bio", f.Bio)
	if f.Avatar != nil {
		add("avatar", f.Avatar.SHA256)
	}
	if f.Header != nil {
		add("header", f.Header.SHA256)
	}
	for i, v := range f.Fields {
		add(fmt.Sprintf("fields[%d]", i), v.Path+": "+v.Value)
	}
	return out
}
