package migrate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, e encoding.Encoding, s string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The same two posts, in the forms that tools write and take them: made by us
// from what docs/migration.md says of each.
func TestDialects(t *testing.T) {
	t.Parallel()
	russian := "Текст;Дата;Время;Соцсеть;Статус\r\nПривет, мир;25.12.2026;18:00;ВКонтакте;\r\nВторой пост;05.01.2027;9:15;ВКонтакте;Черновик\r\n"
	buffer := "Text,Image URL,Tags,Posting Time\n\"Hello, world\",,,2026-12-25 18:00\nSecond post,https://acme.example/a.png,x,2027-01-05 9:15\n"
	for name, c := range map[string]struct {
		data  []byte
		text  string
		notes []string
	}{
		"buffer":                    {[]byte(buffer), "Hello, world", []string{"is UTF-8, with a comma", "not taken over: Tags"}},
		"buffer, with a mark":       {[]byte("\ufeff" + buffer), "Hello, world", nil},
		"hootsuite":                 {[]byte("12/25/2026 18:00,\"Hello, world\",\n01/05/2027 09:15,Second post,https://acme.example/x\n"), "Hello, world", []string{"as Hootsuite takes them", "months come before days, as one row shows (row 1: 12/25/2026 18:00)"}},
		"hootsuite, with names":     {[]byte("Date,Message,Link\n25/12/2026 6:00 PM,\"Hello, world\",\n05/01/2027 9:15 AM,Second post,\n"), "Hello, world", []string{"days come before months"}},
		"smmplanner":                {[]byte(russian), "Привет, мир", []string{"a semicolon", "days come before months"}},
		"smmplanner, windows":       {encoded(t, charmap.Windows1251, russian), "Привет, мир", []string{"looks like Windows-1251"}},
		"smmplanner, excel unicode": {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), strings.ReplaceAll(russian, ";", "\t")), "Привет, мир", []string{"is UTF-16, with a tab"}},
		"big endian":                {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), russian), "Привет, мир", []string{"is UTF-16"}},
		"no mark":                   {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), buffer), "Hello, world", []string{"looks like UTF-16"}},
		"western":                   {encoded(t, charmap.Windows1252, strings.ReplaceAll(buffer, "Hello, world", "Où ça, là")), "Où ça, là", []string{"looks like Windows-1252"}},
		"excel's own first line":    {[]byte("sep=;\r\n" + strings.ReplaceAll(buffer, ",", ";")), "Hello; world", []string{"a semicolon"}},
		"words":                     {[]byte("text\tscheduled_at\nHello\t\"December 25, 2026 at 6:00PM\"\nSecond post\t\"5 Jan 2027 09:15\"\n"), "Hello", []string{"a tab"}},
		"offsets":                   {[]byte("text,scheduled_at\nHello,2026-12-25T17:00:00Z\nSecond post,2027-01-05T11:15+03:00\n"), "Hello", nil},
		"a column in UTC":           {[]byte("text,Date (UTC)\nHello,2026-12-25 17:00\nSecond post,2027-01-05 08:15:00\n"), "Hello", nil},
		"year first, with slashes":  {[]byte("message,date\nHello,2026/12/25 18:00\nSecond post,2027/1/5 9:15\n"), "Hello", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := rows(t, c.data)
			if len(e.Posts) != 2 || e.Posts[0].Parts[0] != c.text {
				t.Fatalf("%+v", e.Posts)
			}
			first, second := time.Date(2026, 12, 25, 17, 0, 0, 0, time.UTC), time.Date(2027, 1, 5, 8, 15, 0, 0, time.UTC)
			if !e.Posts[0].At.Equal(first) || !e.Posts[1].At.Equal(second) {
				t.Errorf("at %s and %s", e.Posts[0].At, e.Posts[1].At)
			}
			for _, want := range c.notes {
				if !strings.Contains(notes(e), want) {
					t.Errorf("no note says %q:\n%s", want, notes(e))
				}
			}
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	zone := paris(t)
	for text, want := range map[string]string{
		"2026-12-03":                "2026-12-02T23:00:00Z",
		"2026-12-03 09:30":          "2026-12-03T08:30:00Z",
		"2026-07-03T09:30":          "2026-07-03T07:30:00Z",
		"3.12.2026 9:30":            "2026-12-03T08:30:00Z",
		"03/12/2026, 09:30:15":      "2026-12-03T08:30:15Z",
		"03-12-2026 12:00 am":       "2026-12-02T23:00:00Z",
		"03/12/2026 12:05 p.m":      "2026-12-03T11:05:00Z",
		"2026-12-03T09:30:00+0100":  "2026-12-03T08:30:00Z",
		"2026-12-03 09:30:00 UTC":   "2026-12-03T09:30:00Z",
		"2026-12-03T09:30:00.123Z":  "2026-12-03T09:30:00Z",
		"31/02/2026 09:30":          "",
		"2026-13-01":                "",
		"2026-12-03 24:00":          "",
		"2026-12-03 09:60":          "",
		"03/12/2026 13:00 PM":       "",
		"2026-03-29 02:30":          "", // the clocks go over it
		"03/12/26":                  "",
		"0000-00-00 00:00":          "",
		"tomorrow":                  "",
		"2026-12-03 09:30 or later": "",
		"12":                        "",
	} {
		at, _, ok := readDate(text, dayFirst, zone)
		got := ""
		if ok {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// What a row says, and what its time is, decide whether it was published.
func TestWhatBecameOfARow(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"Hi,2026-12-03 10:29,,":                         "published assumed",
		"Hi,2026-12-03 10:31,,":                         "planned",
		"Hi,2026-12-03,,":                               "draft", // perhaps today
		"Hi,2026-12-02,,":                               "published assumed",
		"Hi,2030-01-01 10:00,Sent,":                     "published",
		"Hi,,Published,":                                "published",
		"Hi,soon,опубликовано,":                         "published",
		"Hi,2030-01-01 10:00,,https://social.example/1": "published",
		"Hi,2020-01-01 10:00,Draft,":                    "draft",
		"Hi,2020-01-01 10:00,FAILED,":                   "draft",
		"Hi,2020-01-01 10:00,Scheduled,":                "published assumed",
		"Hi,2030-01-01 10:00,Scheduled,":                "planned",
		"Hi,,Scheduled,":                                "draft",
		"Hi,2030-01-01 10:00,needs_approval,":           "draft",
		"Hi,2030-01-01 10:00,Черновик,":                 "draft",
		"Hi,2030-01-01 10:00,something new,":            "draft", // whatever it means
		"Hi,2020-01-01 10:00,something new,":            "published assumed",
	} {
		became(t, line, want)
	}
	for states, want := range map[string]string{
		"Sent ✓|sent to network|Sent on 24 Nov|Delivered|Complete|Размещено|published (2)|publicado|veröffentlicht|publié|Shared": "published",
		"Publishing|In progress|Processing|Error: duplicate|Sharing|Partially published":                                          "draft",
	} {
		for state := range strings.SplitSeq(states, "|") {
			became(t, "Hi,2030-01-01 10:00,"+state+",", want)
		}
	}
}

// became fails where a row does not become what is wanted of it.
func became(t *testing.T, line, want string) {
	t.Helper()
	p := rows(t, []byte("text,date,status,permalink\n"+line+"\n")).Posts[0]
	got := "planned"
	switch {
	case p.Published && p.Assumed:
		got = "published assumed"
	case p.Published:
		got = "published"
	case p.Unready != "":
		got = "draft"
	}
	if got != want {
		t.Errorf("%s: %s, want %s", line, got, want)
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"":                                      "no column of the table",
		"a;b\n1;2\n":                            "no column of the table is known to hold the texts",
		"text,date\nHi,1/2/2026":                "row 2: 1/2/2026: is that day first or month first?",
		"text,date\nHi,13/2/2026\nHi,2/13/2026": "two ways",
		"text,date\n\"Hi,2026-01-01\n":          "the table",
		"\x00\x00\x00":                          "no column",
		"text\n" + strings.Repeat("x\n", maxPosts+1): "more than 100000 rows",
	} {
		_, err := readRows(strings.NewReader(data), options(t, CSV))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", data, err, want)
		}
	}
}

// Many rows, all alike: each becomes a file of its own.
func TestManyRows(t *testing.T) {
	t.Parallel()
	const n = 20_000
	e := rows(t, []byte("text,date,account\n"+strings.Repeat("The same words,2020-01-01 10:00,x\n", n-1)+"Others,2020-01-01,y\n"))
	files, sum := contents(t, e, false)
	if sum.Posts != n || sum.Published != n || len(files) != n+1 {
		t.Errorf("%d posts in %d files, want %d", sum.Posts, len(files), n)
	}
}

func TestPicturesAtAddresses(t *testing.T) {
	t.Parallel()
	e := rows(t, []byte("text,image url,image 2,media,alt text,date\nHi,https://a.example/1.png|https://a.example/2.png http://a.example/3.png file.png,,,,2030-01-01 10:00\n"))
	files, sum := contents(t, e, true)
	p := posts(t, files)["2030-01-01-hi"]
	if p == nil || len(p.Media) != 2 || p.Media[1].URL != "https://a.example/2.png" || p.Status != "draft" {
		t.Errorf("%+v", p)
	}
	text := fmt.Sprint(sum.Notes)
	for _, want := range []string{"file.png", "http://a.example/3.png", "stays a draft: its picture is at an address"} {
		if !strings.Contains(text, want) {
			t.Errorf("no note of %s: %s", want, text)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"text,date\nHi,2026-12-25 18:00\n", "Текст;Дата\nx;25.12.2026\n", "12/25/2026 18:00,Hi,https://a.example\n", "sep=;\ntext;date\n=1+1;x\n", "text\n\"---\n{{@x}}\n# h\"\n",
		"\xff\xfet\x00e\x00x\x00t\x00\n\x00a\x00\n\x00", "text,media,link,account,permalink\n<b>,https://a/b,javascript:x,a;b,../..\n", "text\n\xc0\xff\n", "\ufefftext\n\u2028\u0085\n", "text\n0000\n1e5\nnull\n2026-12-03\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := readRows(bytes.NewReader(data), options(t, CSV))
		if err != nil {
			return
		}
		checkExport(t, e)
	})
}

// checkExport holds what was read to what is promised of every source.
func checkExport(t fatal, e *Export) {
	t.Helper()
	files, sum := contents(t, e, false)
	again, _ := contents(t, e, false)
	made := 0
	for id, p := range posts(t, files) {
		made++
		if p.Status == "ready" && (!p.Removed || p.Origin == nil) {
			t.Fatalf("%s could be published: %+v", id, p)
		}
		if !bytes.Equal(files[p.Path], again[p.Path]) {
			t.Fatalf("%s differs when it is made again", id)
		}
	}
	if made != sum.Posts || sum.Posts != sum.Published+sum.Drafts {
		t.Fatalf("%d files of %+v", made, sum)
	}
	for _, path := range sortedKeys(files) {
		if !slices.Contains([]string{".md", ".yaml"}, path[strings.LastIndexByte(path, '.'):]) {
			t.Fatalf("an odd file: %s", path)
		}
	}
}
