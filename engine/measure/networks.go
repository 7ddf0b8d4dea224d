package measure

import "slices"

// Bound is a limit in a unit of its own.
type Bound struct {
	Unit  Unit
	Limit int
}

// Network is how one network counts and bounds a post's text. Where its sources
// disagree or leave the unit open, the stricter reading stands here, and Note
// says so.
type Network struct {
	Name    string  // as provider: in an account's file
	Unit    Unit    // how Limit and Caption count
	Limit   int     // the longest text; 0: none
	Caption int     // the longest text where media are attached; 0: as without
	Title   Bound   // of a title beside the text; zero: there is none
	Also    []Bound // what must hold besides; a limit of 0 allows none
	Source  string
	Date    string // when the source was read, or what it is dated
	Note    string
}

// Networks returns a row for each network whose rule is known, in the order in
// which they are shown. Each call makes new ones.
func Networks() []Network {
	return append(conversations(), collections()...)
}

// conversations are the networks whose posts are texts.
func conversations() []Network {
	return []Network{
		{Name: "mastodon", Unit: Mastodon, Limit: 500,
			Source: "mastodon/mastodon, app/validators/status_length_validator.rb; docs.joinmastodon.org/user/posting", Date: "2026-11-23",
			Note: "Together with the content warning. A server may allow more; GoToSocial, Pleroma and Pixelfed count otherwise."},
		{Name: "bluesky", Unit: Graphemes, Limit: 300, Also: []Bound{{Bytes, 3000}},
			Source: "bluesky-social/atproto, lexicons/app/bsky/feed/post.json", Date: "2026-08-20",
			Note: "Addresses count in full, as they are shown."},
		{Name: "telegram", Unit: UTF16, Limit: 4096, Caption: 1024,
			Source: "Bot API 10.1, sendMessage and sendPhoto; tdlib/td, MessageContent.cpp", Date: "2026-06-11",
			Note: "After the markup is taken away. The client library counts code points and the server's unit is not documented, so UTF-16, which is never fewer."},
		{Name: "vk", Unit: UTF16, Limit: 2048,
			Source: "postiz-app, which sends no more; VK's own pages name no figure", Date: "2026-11-24",
			Note: "16,384 is told and could not be confirmed: the safer figure stands. Unit not documented: UTF-16, the stricter one."},
		{Name: "discord", Unit: UTF16, Limit: 2000,
			Source: "discord/discord-api-docs, developers/resources/message.mdx", Date: "2026-08-06",
			Note: "Markup and mentions count as written. Unit not documented: UTF-16, the stricter one."},
		{Name: "x", Unit: X, Limit: 280, Also: []Bound{{Invalid, 0}},
			Source: "docs.x.com/fundamentals/counting-characters; twitter/twitter-text, config/v3.json and js 3.1.0", Date: "2026-11-24",
			Note: "Emoji sequences as the published library knows them (Emoji 11): a newer one counts by its parts. Paid accounts may write more."},
		{Name: "facebook", Unit: UTF16, Limit: 63_206,
			Source: "widely quoted, not in Meta's documentation", Date: "2026-11-24",
			Note: "Unit not documented: UTF-16, the stricter one."},
		{Name: "threads", Unit: Threads, Limit: 500, Also: []Bound{{Links, 5}},
			Source: "developers.facebook.com/documentation/threads/posts (2026-04-14) and /create-posts/text-attachments (2026-07-02)", Date: "2026-11-24",
			Note: "An emoji counts as its UTF-8 bytes. Others count by graphemes: the stricter reading stands. Addresses count in full; more than five different ones are refused."},
		{Name: "linkedin", Unit: UTF16, Limit: 3000,
			Source: "LinkedIn's composer as others report it; no figure in learn.microsoft.com/linkedin", Date: "2026-11-24",
			Note: "Counted as shown, before reserved characters are escaped: whether the escapes count is not documented. Unit not documented: UTF-16, the stricter one."},
		{Name: "matrix", Unit: Bytes, Limit: 30_000,
			Source: "matrix-org/matrix-spec, client-server API, size limits (65,536 bytes an event)", Date: "2026-07-21",
			Note: "Somewhat less than half of an event, which holds the text and its formatted copy."},
		{Name: "nostr", Unit: Codepoints, Limit: 0,
			Source: "nostr-protocol/nips, NIP-01 and NIP-11", Date: "2026-07-22",
			Note: "The protocol has no limit; a relay may (max_content_length)."},
	}
}

// collections are the networks where the text goes with media or a title.
func collections() []Network {
	return []Network{
		{Name: "instagram", Unit: UTF16, Limit: 2200, Also: []Bound{{Hashtags, 30}, {Mentions, 20}},
			Source: "developers.facebook.com/docs/instagram-platform, POST /{ig-user}/media, caption", Date: "2026-11-24",
			Note: "Unit not documented: UTF-16, the stricter one. Since December 2025 some accounts are said to be held to 5 hashtags; the documentation says 30."},
		{Name: "youtube", Unit: Bytes, Limit: 5000, Title: Bound{UTF16, 100}, Also: []Bound{{AngleBrackets, 0}},
			Source: "developers.google.com/youtube/v3/docs/videos, snippet.description and snippet.title", Date: "2026-11-24",
			Note: "The text is a video's description. The title's unit is not documented: UTF-16, the stricter one. Neither may hold < or >."},
		{Name: "pinterest", Unit: Codepoints, Limit: 500, Title: Bound{Codepoints, 100},
			Source: "pinterest/api-description, OpenAPI 5.23.0, PinCreate", Date: "2026-11-24",
			Note: "The schema allows a description of 800, Pinterest's own pages say 500: the stricter one. A JSON schema counts code points."},
		{Name: "tiktok", Unit: UTF16, Limit: 2200,
			Source: "developers.tiktok.com/doc/content-posting-api-reference-direct-post", Date: "2026-11-24",
			Note: "A video's caption; a photo post may have 4,000 and a title of 90."},
		{Name: "reddit", Unit: Codepoints, Limit: 40_000, Title: Bound{Codepoints, 300},
			Source: "reddit-archive/reddit, r2/r2/lib/validator (2017)", Date: "2026-11-24",
			Note: "The text is a self post's body. A community may ask for less."},
		{Name: "google-business", Unit: UTF16, Limit: 1500,
			Source: "developers.google.com/my-business, localPosts.summary", Date: "2026-11-24",
			Note: "Unit not documented: UTF-16, the stricter one."},
	}
}

// Lookup returns the network of that name.
func Lookup(name string) (Network, bool) {
	all := Networks()
	i := slices.IndexFunc(all, func(n Network) bool { return n.Name == name })
	if i < 0 {
		return Network{}, false
	}
	return all[i], true
}

// Count is a text's length in one unit, and whether it is within the limit.
type Count struct {
	Unit   Unit `json:"unit"`
	Length int  `json:"length"`
	Limit  int  `json:"limit"`
	OK     bool `json:"ok"`
}

// Result is a text's length on a network. OK holds only where Also does too.
type Result struct {
	Count
	Also []Count `json:"also"`
}

// Measure counts text and holds it against the network's bounds.
func (n Network) Measure(text string) Result {
	length := Length(string(n.Unit), text)
	r := Result{Count: Count{n.Unit, length, n.Limit, n.Limit == 0 || length <= n.Limit}, Also: make([]Count, len(n.Also))}
	for i, b := range n.Also {
		length := Length(string(b.Unit), text)
		r.Also[i] = Count{b.Unit, length, b.Limit, length <= b.Limit}
		r.OK = r.OK && r.Also[i].OK
	}
	return r
}
