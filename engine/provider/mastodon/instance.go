package mastodon

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// instance is what both versions of the instance document say of limits; fields
// that a server leaves out are 0.
type instance struct {
	Version   str `json:"version"`
	SourceURL str `json:"source_url"`
	Title     str `json:"title"`
	URI       str `json:"uri"`
	Domain    str `json:"domain"`

	MaxTootChars num `json:"max_toot_chars"` // Pleroma and older forks
	PollLimits   struct {
		MaxOptions     num `json:"max_options"`
		MaxOptionChars num `json:"max_option_chars"`
		MinExpiration  num `json:"min_expiration"`
		MaxExpiration  num `json:"max_expiration"`
	} `json:"poll_limits"`
	UploadLimit      num `json:"upload_limit"`
	DescriptionLimit num `json:"description_limit"`
	Pleroma          *struct {
		Metadata struct {
			FieldsLimits struct {
				MaxFields   num `json:"max_fields"`
				ValueLength num `json:"value_length"`
			} `json:"fields_limits"`
		} `json:"metadata"`
	} `json:"pleroma"`

	Configuration struct {
		Accounts struct {
			MaxPinned      num `json:"max_pinned_statuses"`
			MaxFields      num `json:"max_profile_fields"`
			FieldValue     num `json:"profile_field_value_limit"`
			MaxNote        num `json:"max_note_length"`
			MaxDisplayName num `json:"max_display_name_length"`
		} `json:"accounts"`
		Statuses struct {
			MaxCharacters num `json:"max_characters"`
			MaxMedia      num `json:"max_media_attachments"`
			PerURL        num `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Types       []str `json:"supported_mime_types"`
			ImageSize   num   `json:"image_size_limit"`
			ImageMatrix num   `json:"image_matrix_limit"`
			VideoSize   num   `json:"video_size_limit"`
			Description num   `json:"description_limit"`
		} `json:"media_attachments"`
		Polls struct {
			MaxOptions    num `json:"max_options"`
			PerOption     num `json:"max_characters_per_option"`
			MinExpiration num `json:"min_expiration"`
			MaxExpiration num `json:"max_expiration"`
		} `json:"polls"`
	} `json:"configuration"`
}

// readInstance learns what the server runs and allows: the second version of
// the document, the first where there is no other, and the defaults of Mastodon
// where there is none.
func (l *login) readInstance(ctx context.Context) error {
	in := instance{}
	for _, path := range []string{"/api/v2/instance", "/api/v1/instance"} {
		resp, err := l.get(ctx, "read the server's limits", path, nil)
		if err != nil && !answeredNo(resp) {
			return err
		}
		var read instance
		if err == nil && decode(resp.Body, &read) == nil && read.describes() {
			in = read
			break
		}
	}
	l.kind = in.software()
	l.caps, l.limits = capabilities(l.kind), defaults(l.kind)
	in.apply(&l.limits, l.kind)
	return nil
}

// answeredNo reports a clear no, after which the other document is tried.
func answeredNo(resp *httpx.Response) bool {
	return resp != nil && resp.Status < http.StatusInternalServerError && resp.Status != http.StatusTooManyRequests
}

func (in *instance) describes() bool {
	return in.Version != "" || in.Domain != "" || in.URI != "" || in.Configuration.Statuses.MaxCharacters > 0
}

// software tells servers apart. All but GoToSocial say whom they are compatible
// with; GoToSocial names its source, and its versions begin with 0.
func (in *instance) software() software {
	v := strings.ToLower(string(in.Version) + " " + string(in.SourceURL))
	switch {
	case strings.Contains(v, "pixelfed"):
		return pixelfed
	case strings.Contains(v, "pleroma"), strings.Contains(v, "akkoma"), in.Pleroma != nil:
		return pleroma
	case strings.Contains(v, "gotosocial"), strings.HasPrefix(v, "0."):
		return goToSocial
	}
	return mastodonServer
}

// apply lays what the server says over the defaults. What it says of addresses
// is taken only from Mastodon and its forks: GoToSocial reports a discount that
// it does not give.
func (in *instance) apply(l *provider.Limits, kind software) {
	c := in.Configuration
	set(&l.Characters, in.MaxTootChars, c.Statuses.MaxCharacters)
	set(&l.Media, c.Statuses.MaxMedia)
	if kind == mastodonServer {
		set(&l.URLLength, c.Statuses.PerURL)
	}
	set(&l.AltText, in.DescriptionLimit, c.Media.Description)
	set(&l.ImageBytes, in.UploadLimit, c.Media.ImageSize)
	set(&l.VideoBytes, in.UploadLimit, c.Media.VideoSize)
	set(&l.ImagePixels, c.Media.ImageMatrix)
	set(&l.Pins, c.Accounts.MaxPinned)
	set(&l.Name, c.Accounts.MaxDisplayName)
	set(&l.Bio, c.Accounts.MaxNote)
	set(&l.ProfileFields, c.Accounts.MaxFields)
	set(&l.ProfileField, c.Accounts.FieldValue)
	if in.Pleroma != nil {
		set(&l.ProfileFields, in.Pleroma.Metadata.FieldsLimits.MaxFields)
		set(&l.ProfileField, in.Pleroma.Metadata.FieldsLimits.ValueLength)
	}
	if kind != pixelfed {
		in.applyPolls(l)
	}
	in.applyTypes(l)
}

func (in *instance) applyPolls(l *provider.Limits) {
	c, old := in.Configuration.Polls, in.PollLimits
	set(&l.PollOptions, old.MaxOptions, c.MaxOptions)
	set(&l.PollOption, old.MaxOptionChars, c.PerOption)
	setSeconds(&l.PollMin, old.MinExpiration, c.MinExpiration)
	setSeconds(&l.PollMax, old.MaxExpiration, c.MaxExpiration)
}

// applyTypes takes the server's media types; audio is no format of ours.
func (in *instance) applyTypes(l *provider.Limits) {
	var all, images []string
	for _, t := range in.Configuration.Media.Types {
		kind := strings.ToLower(string(t))
		switch {
		case slices.Contains(all, kind) || len(all) > 100:
		case strings.HasPrefix(kind, "image/"):
			all, images = append(all, kind), append(images, kind)
		case strings.HasPrefix(kind, "video/"):
			all = append(all, kind)
		}
	}
	if len(images) > 0 {
		l.MediaTypes, l.ImageTypes = all, images
	}
}

// set takes the last of the values that says anything.
func set[T int | int64](into *T, values ...num) {
	for _, v := range values {
		if v > 0 {
			*into = T(v)
		}
	}
}

func setSeconds(into *time.Duration, values ...num) {
	for _, v := range values {
		if v > 0 && v < 1e9 {
			*into = time.Duration(v) * time.Second
		}
	}
}
