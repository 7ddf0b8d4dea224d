package migrate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// column is what a column of a table holds.
type column int

const (
	noColumn column = iota
	textColumn
	dateColumn
	timeColumn
	linkColumn
	mediaColumn
	altColumn
	statusColumn
	accountColumn
	remoteColumn
)

// columns are the names by which columns are known, in lower case with single
// blanks. Where each is from is in docs/migration.md.
var columns = func() map[string]column {
	out := map[string]column{}
	for c, names := range map[column]string{
		textColumn:    "text|post text|message|post|post content|content|caption|update|body|текст|текст поста|текст публикации|сообщение|пост|контент",
		dateColumn:    "date|datetime|date and time|date & time|date/time|posting time|post time|scheduled time|scheduled at|scheduled date|schedule date|publish date|publish time|publish at|published at|sent at|due at|date (utc)|scheduled at (utc)|дата|дата и время|дата публикации|дата/время|дата выхода",
		timeColumn:    "time|hour|время|время публикации|время выхода",
		linkColumn:    "link|url|link url|ссылка|адрес",
		mediaColumn:   "image|images|image url|image urls|picture|photo|media|media url|media urls|video|video url|изображение|изображения|картинка|картинки|фото|медиа|видео|ссылка на изображение",
		altColumn:     "alt|alt text|image alt|image alt text|описание изображения",
		statusColumn:  "status|state|post status|статус|состояние",
		accountColumn: "account|accounts|profile|profiles|network|networks|social network|social networks|social profile|channel|channels|service|platform|platforms|page|аккаунт|аккаунты|соцсеть|соцсети|социальная сеть|страница|профиль|канал|площадка",
		remoteColumn:  "permalink|post url|post link|post permalink|published url|ссылка на пост|ссылка на публикацию",
	} {
		for name := range strings.SplitSeq(names, "|") {
			out[name] = c
		}
	}
	return out
}()

func columnName(cell string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(strings.TrimPrefix(cell, "\ufeff"), "_", " ")), " "))
}

// table reads the rows of a CSV file.
type table struct {
	*Export
	o       Options
	zone    *time.Location
	at      map[column][]int // places of a column
	ordered []datedRow
}

// datedRow is a row whose date is still to be read: its order shows only when
// all are known.
type datedRow struct {
	post   Post
	date   string
	status string
	row    int
}

// readRows reads a table: whose encoding, delimiter and order of dates are found
// out and said.
func readRows(f io.ReadSeeker, o Options) (*Export, error) {
	e := &Export{From: CSV}
	text, err := e.decoded(f)
	if err != nil {
		return nil, err
	}
	t := &table{Export: e, o: o, zone: o.Zone}
	if err := t.read(text); err != nil {
		return nil, err
	}
	order, err := t.order()
	if err != nil {
		return nil, err
	}
	for _, r := range t.ordered {
		t.finish(r, order)
	}
	return e, nil
}

func (t *table) read(text *buffered) error {
	comma, first := text.delimiter()
	t.note("the table", "is %s, with %s between the cells; times without an offset are read in %s", text.encoding, comma.name, t.zone)
	r := csv.NewReader(text)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma.rune, -1, true
	if err := t.header(first); err != nil {
		return err
	}
	for row := 1; ; row++ {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the table: %w", err)
		case len(t.ordered) >= maxPosts:
			return fmt.Errorf("the table has more than %d rows: divide it", maxPosts)
		case row == 1 && isHeader(cells):
			continue
		}
		t.row(row, cells)
	}
}

// isHeader reports whether a row names columns.
func isHeader(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { return columns[columnName(c)] == textColumn })
}

// header learns the columns from the first row. A table without names is
// Hootsuite's: date, message, link.
func (t *table) header(cells []string) error {
	t.at = map[column][]int{}
	if !isHeader(cells) {
		if len(cells) >= 2 && looksDated(cells[0]) {
			t.at[dateColumn], t.at[textColumn], t.at[linkColumn] = []int{0}, []int{1}, []int{2}
			t.note("the table", "has no names of columns: taken for date, message, link, as Hootsuite takes them")
			return nil
		}
		return wrong("no column of the table is known to hold the texts: call one Text (there are: %s)", clip(strings.Join(cells, ", ")))
	}
	var ignored []string
	for i, cell := range cells {
		name := columnName(cell)
		c := columns[name]
		if c == noColumn {
			if name != "" {
				ignored = append(ignored, clip(strings.TrimSpace(cell)))
			}
			continue
		}
		t.at[c] = append(t.at[c], i)
		if c == dateColumn && strings.Contains(name, "utc") {
			t.zone = time.UTC
		}
	}
	if len(ignored) > 0 {
		t.note("the table", "columns that are not taken over: %s", clip(strings.Join(ignored, ", ")))
	}
	return nil
}

// cell is the first of a column's cells that holds something.
func (t *table) cell(cells []string, c column) string {
	for _, i := range t.at[c] {
		if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
			return cells[i]
		}
	}
	return ""
}

func (t *table) row(row int, cells []string) {
	where := fmt.Sprintf("row %d", row)
	p := Post{Where: where, Parts: []string{t.cell(cells, textColumn)}, Remote: strings.TrimSpace(t.cell(cells, remoteColumn))}
	date := strings.TrimSpace(strings.TrimSpace(t.cell(cells, dateColumn)) + " " + strings.TrimSpace(t.cell(cells, timeColumn)))
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	p.Accounts = listed(t.cell(cells, accountColumn), ",;|\n")
	if link := strings.TrimSpace(t.cell(cells, linkColumn)); webAddress(link) {
		p.Link = link
	} else if link != "" {
		t.note(where, "%q is no web address: the link is left out", clip(link))
	}
	for _, i := range t.at[mediaColumn] {
		if i < len(cells) {
			p.Media = append(p.Media, t.pictures(where, cells[i])...)
		}
	}
	if alt := strings.TrimSpace(t.cell(cells, altColumn)); len(p.Media) == 1 {
		p.Media[0].Alt = alt
	}
	t.ordered = append(t.ordered, datedRow{p, date, columnName(t.cell(cells, statusColumn)), row})
}

// pictures lists the addresses in a cell.
func (t *table) pictures(where, cell string) (out []Media) {
	for _, word := range listed(cell, "|; \t\r\n") {
		word = strings.Trim(word, ",")
		switch {
		case word == "":
		case webAddress(word) && strings.HasPrefix(word, "https://"):
			out = append(out, Media{URL: word})
		default:
			t.note(where, "%q is no address with https: the picture is left out", clip(word))
		}
	}
	return out
}

func listed(cell, separators string) (out []string) {
	for word := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// What tools call the states of a post, in lower case. What went out is known by
// how the state begins, for tools add where and when to it.
var (
	publishedWords = regexp.MustCompile(`^(sent|published|posted|success|successful|done|live|delivered|completed?|shared|publicad[oa]|publiée?|veröffentlicht|опубликован[оаы]?|отправлен[оаы]?|размещ[её]н[оаы]?|вышел|вышла|вышло)([^\pL]|$)`)
	unreadyWords   = regexp.MustCompile(`^(draft|drafts|idea|failed|failure|error|rejected|paused|deleted|cancell?ed|needs approval|pending approval|awaiting approval|in review|черновик|ошибка|отклон[её]н[оа]?|на согласовании|удал[её]н[оа]?)$`)
	plannedWords   = regexp.MustCompile(`^(|scheduled|queued|in queue|planned|pending|approved|ready|upcoming|future|запланирован[оаы]?|в очереди|ожидает|готов[оаы]?|одобрен[оаы]?)$`)
)

// finish reads a row's date, and decides what became of the post.
func (t *table) finish(r datedRow, order dateOrder) {
	p := r.post
	if r.date != "" {
		at, day, ok := readDate(r.date, order, t.zone)
		if p.At, p.Day = at, day; !ok {
			t.note(p.Where, "%q is no time that can be read: the post has none", clip(r.date))
		}
	}
	switch {
	case publishedWords.MatchString(r.status) || p.Remote != "":
		p.Published = true
	case unreadyWords.MatchString(r.status):
		p.Unready = "its status was " + r.status
	case p.At.IsZero():
		p.Unready = "it had no time"
	case p.Day && !p.At.AddDate(0, 0, 1).After(t.o.Now), !p.Day && !p.At.After(t.o.Now):
		p.Published, p.Assumed = true, true
	case !plannedWords.MatchString(r.status): // it may be going out just now
		p.Unready = "its status was " + clip(r.status) + ", which is not known to mean that it is still to be published"
	case p.Day:
		p.Unready = "its time is known to the day only"
	}
	t.Posts = append(t.Posts, p)
}

// delimiters that tables are written with.
var delimiters = []delimiter{{',', "a comma"}, {';', "a semicolon"}, {'\t', "a tab"}}

type delimiter struct {
	rune rune
	name string
}

// delimiter finds what parts the cells: by which the first row has most names of
// columns, then most cells. Excel's own first line, sep=;, is taken at its word.
func (b *buffered) delimiter() (delimiter, []string) {
	head := b.head()
	if m := sepLine.FindStringSubmatch(head); m != nil {
		b.skip(len(m[0]))
		head = head[len(m[0]):]
		for _, d := range delimiters {
			if string(d.rune) == m[1] {
				return d, firstRow(head, d)
			}
		}
	}
	best, most, row := delimiters[0], -1, []string(nil)
	for _, d := range delimiters {
		cells := firstRow(head, d)
		score := min(len(cells), 50)
		for _, c := range cells {
			if columns[columnName(c)] != noColumn {
				score += 100
			}
		}
		if len(cells) > 1 && looksDated(cells[0]) {
			score += 100
		}
		if score > most {
			best, most, row = d, score, cells
		}
	}
	return best, row
}

var sepLine = regexp.MustCompile(`^sep=(.)\r?\n`)

func firstRow(head string, d delimiter) []string {
	r := csv.NewReader(strings.NewReader(head))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = d.rune, -1, true
	cells, err := r.Read()
	if err != nil || !utf8.ValidString(strings.Join(cells, "")) {
		return nil
	}
	return cells
}
