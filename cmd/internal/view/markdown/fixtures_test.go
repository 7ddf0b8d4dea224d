package markdown

import (
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

func clockTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func empty() *engine.Review {
	return &engine.Review{
		FormatVersion: 1, Now: clockTime("2026-12-01T10:00:00Z"), Timezone: "Europe/Paris", Offline: true,
		Base: "1111111111111111111111111111111111111111", MergeBase: "1111111111111111111111111111111111111111", Head: "2222222222222222222222222222222222222222",
		Plan: &plan.Plan{FormatVersion: 1},
	}
}

func segmentOf(text string, length, limit int) content.Segment {
	return content.Segment{Text: text, Length: length, Limit: limit, OK: limit == 0 || length <= limit}
}

func publication(key, provider, when string, segments ...content.Segment) *content.Publication {
	k, err := content.ParseKey(key)
	if err != nil {
		panic(err)
	}
	return &content.Publication{Key: k, Provider: provider, At: clockTime(when), Ready: true, Segments: segments}
}

func changeOf(p *content.Publication, action plan.Action, reason string) *plan.Change {
	when := p.At
	return &plan.Change{
		Key: p.Key, Post: p.Key.Post, Account: p.Key.Account, Provider: p.Provider, Generation: 1, Action: action, Reason: reason,
		At: &when, Segments: len(p.Segments), Timezone: "Europe/Paris",
	}
}

// busy is a pull request with something of everything.
func busy() *engine.Review {
	r := empty()
	r.Because = "the proposal changes strategies/acme/accounts/acme-vk.yaml"
	r.MergeBase = "3333333333333333333333333333333333333333"

	teaser := "The first snow is here.\n\nOur winter coats are back in the shop, with a new lining ❄️ and the same promise: they last.\n\nhttps://acme.example/winter"
	hero := content.Attachment{
		File: "media/hero.png", Alt: "A red coat on a snowy bench", Type: "image/png", Width: 2400, Height: 1600, Bytes: 3_400_000,
		Make: &content.Make{Type: "image/jpeg", Width: 1600, Height: 1067, MaxBytes: 1_000_000},
	}
	masto := publication("winter-sale-teaser@acme-mastodon", "mastodon", "2026-12-03T08:30:00Z", segmentOf(teaser, 141, 500))
	vk := publication("winter-sale-teaser@acme-vk", "vk", "2026-12-03T08:30:00Z", segmentOf(teaser, 141, 16384))
	masto.Segments[0].Media, vk.Segments[0].Media = []content.Attachment{hero}, []content.Attachment{hero}
	c1, c2 := changeOf(masto, plan.Wait, "ready, and its time has not come"), changeOf(vk, plan.Wait, "ready, and its time has not come")
	c1.Needs = []plan.Need{{Rule: "client", From: []string{"lena", "tomas", "kim"}, Count: 2, Given: []string{"kim"}}}
	c2.Needs = []plan.Need{{Rule: "client", From: []string{"lena", "tomas"}, Count: 2, Given: []string{"lena", "tomas"}}}

	threadPosts := []content.Segment{
		segmentOf("How a coat is made, in three steps.", 35, 300), segmentOf("1. The wool comes from two farms.", 33, 300), segmentOf("#coats #craft", 13, 300),
	}
	threadPosts[2].IsComment = true
	threadPosts[0].Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 24 * time.Hour}
	threadPosts[1].Card = &content.Card{URL: "https://acme.example/farms", Title: "Our farms", Description: "Two families, forty sheep."}
	threadPosts[0].Options = map[string]string{"visibility": "unlisted"}
	thread := publication("how-a-coat-is-made@acme-bluesky", "bluesky", "2026-12-11T17:00:00Z", threadPosts...)
	c3 := changeOf(thread, plan.Publish, "ready, and its time has come")

	was := publication("opening-hours@acme-mastodon", "mastodon", "2026-11-20T09:00:00Z", segmentOf("We are open until 18:00 on weekdays, and from 10:00 on Saturdays.", 65, 500))
	is := publication("opening-hours@acme-mastodon", "mastodon", "2026-11-20T09:00:00Z", segmentOf("We are open until 20:00 on weekdays in December, and from 10:00 on Saturdays.", 77, 500))
	c4 := changeOf(is, plan.Edit, "the words have changed")
	c4.Remote = []plan.Remote{{ID: "1", URL: "https://mastodon.example/@acme/1"}}
	c5 := changeOf(publication("black-friday@acme-vk", "vk", "2026-11-27T08:00:00Z"), plan.Missed, "should have gone out 4d ago; its grace is 2h")
	c6 := changeOf(publication("night-owl@acme-vk", "vk", "2026-12-04T23:30:00Z"), plan.Hold, "quiet hours until 07:00")

	r.Plan.Changes = []plan.Change{*c1, *c2, *c3, *c4, *c5, *c6}
	r.Plan.Summary = plan.Summary{Publish: 1, Wait: 2, Edit: 1, Missed: 1, Hold: 1}
	r.Plan.Refusals = []plan.Refusal{{Guard: "per_run", Account: "acme-vk", Detail: "7 publications in one run, and at most 5 are allowed"}}
	r.Plan.Errors = []plan.Problem{{Path: "acme-bluesky", Summary: "it cannot be read: the platform asks to wait"}}
	r.Posts = []engine.ReviewedPost{
		{ID: "winter-sale-teaser", Path: "content/acme/2026-12/winter-sale-teaser.md", Status: content.Ready, Kind: "added", Publications: []engine.ReviewedPublication{
			{Key: masto.Key, Change: c1, After: masto}, {Key: vk.Key, Change: c2, After: vk}}},
		{ID: "how-a-coat-is-made", Path: "content/acme/2026-12/how-a-coat-is-made.md", Status: content.Ready, Kind: "added", Publications: []engine.ReviewedPublication{
			{Key: thread.Key, Change: c3, After: thread}}},
		{ID: "opening-hours", Path: "content/acme/2026-11/opening-hours.md", Status: content.Ready, Kind: "changed", Publications: []engine.ReviewedPublication{
			{Key: is.Key, Change: c4, Before: was, After: is}}},
	}
	r.Diagnostics = []engine.ReviewedDiagnostic{
		{Diagnostic: diag.New("text-length", "content/acme/2026-12/winter-sale-teaser.md", diag.Pos{Line: 14, Column: 1}, "", "312 of 300 on acme-bluesky").WithHint("write a shorter variant: winter-sale-teaser.acme-bluesky.md"), New: true, ChangedLine: true},
		{Diagnostic: diag.New("alt", "content/acme/2026-12/winter-sale-teaser.md", diag.Pos{Line: 9, Column: 5}, "", "media/b.png has no alt text").Warn(), New: true},
		{Diagnostic: diag.New("alt", "content/acme/2026-10/old.md", diag.Pos{Line: 9, Column: 5}, "", "media/c.png has no alt text").Warn()},
	}
	item := func(p *content.Publication, pillar string, changed, live bool) engine.CalendarItem {
		return engine.CalendarItem{Key: p.Key, At: p.At, Zone: "Europe/Paris", Pillar: pillar, Status: content.Ready, Changed: changed, Live: live}
	}
	idea := item(publication("new-year@acme-vk", "vk", "2026-12-31T11:00:00Z"), "craft", false, false)
	idea.Status = content.Draft
	r.Months = []engine.ReviewedMonth{{Brand: "acme", Month: "2026-12",
		Items: []engine.CalendarItem{
			item(publication("hello@acme-vk", "vk", "2026-12-01T08:30:00Z"), "craft", false, true),
			item(masto, "offers", true, false), item(vk, "offers", true, false),
			item(publication("lunch@acme-vk", "vk", "2026-12-03T08:45:00Z"), "offers", false, false),
			item(thread, "craft", true, false), idea,
		},
		Holes: []engine.Hole{
			{Slot: "2026-12-18-morning", At: clockTime("2026-12-18T08:30:00Z"), Accounts: []string{"acme-vk"}},
			{Slot: "2026-12-22-open", At: clockTime("2026-12-22T17:00:00Z"), Flexible: true},
		},
		Collisions: []engine.Collision{{Account: "acme-vk", Keys: []content.Key{vk.Key, {Post: "lunch", Account: "acme-vk"}}, At: vk.At, Why: "15m apart, and min_gap is 30m"}},
	}}
	r.Mix = []engine.PillarShare{
		{Brand: "acme", Month: "2026-12", Pillar: "craft", Posts: 3, Of: 6, Share: 40, Tolerance: 10, OK: true},
		{Brand: "acme", Month: "2026-12", Pillar: "offers", Posts: 3, Of: 6, Share: 20, Tolerance: 10, Max: 25},
		{Brand: "acme", Month: "2026-12", Posts: 0, Of: 6, OK: true},
	}
	r.Sensitive = []string{"strategies/acme/accounts/acme-vk.yaml"}
	r.Both = []string{"content/acme/2026-11/opening-hours.md"}
	r.Asked = []content.Key{{Post: "lunch", Account: "acme-vk"}}
	return r
}

// long is a text of several thousand characters, in French and in Russian, with
// emoji and a right-to-left post beside it.
func languages() *engine.Review {
	r := empty()
	r.Offline = false
	french := "« Chaque manteau a une histoire », disait déjà notre grand-mère, l'aiguille à la main.\n\n" +
		"Cette saison, l'atelier de Roubaix a repris la laine de deux fermes voisines : quarante brebis, deux familles, et un fil qui ne gratte plus. " +
		"Nous l'avons portée tout l'hiver dernier, sous la pluie, à vélo, dans le métro ; elle a tenu.\n\n" +
		"→ Rendez-vous samedi 5 décembre, à 10 h, rue des Tisserands. Il y aura du café ☕, des chutes à coudre 🧵 et, peut-être, de la neige ❄️."
	russian := "Первый снег уже здесь, и вместе с ним возвращаются наши зимние пальто.\n\n" +
		"Шерсть мы берём на двух фермах: сорок овец, две семьи и нить, которая не колется. Прошлой зимой мы носили её сами: в дождь, на велосипеде, в метро. Она выдержала.\n\n" +
		"Приходите в субботу, 5 декабря, к десяти утра. Будет кофе ☕ и лоскуты для шитья 🧵."
	hebrew := "השלג הראשון כבר כאן!\nמעילי החורף שלנו חזרו לחנות, עם בטנה חדשה (ואותה הבטחה): הם מחזיקים מעמד 🧥."
	family := "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 Zoë, naïve, Ŵ"
	post := func(id, account, provider, text string, n, limit int) {
		p := publication(id+"@"+account, provider, "2026-12-05T09:00:00Z", segmentOf(text, n, limit))
		c := changeOf(p, plan.Wait, "ready, and its time has not come")
		r.Plan.Changes = append(r.Plan.Changes, *c)
		r.Plan.Summary.Wait++
		r.Posts = append(r.Posts, engine.ReviewedPost{ID: id, Path: "content/acme/2026-12/" + id + ".md", Status: content.Ready, Kind: "added",
			Publications: []engine.ReviewedPublication{{Key: p.Key, Change: c, After: p}}})
	}
	post("atelier-fr", "acme-fr", "mastodon", french, 489, 500)
	post("atelier-ru", "acme-vk", "vk", russian, 412, 16384)
	post("atelier-he", "acme-he", "telegram", hebrew, 96, 4096)
	post("atelier-emoji", "acme-mastodon", "mastodon", family, 22, 500)
	return r
}
