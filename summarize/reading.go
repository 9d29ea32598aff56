package summarize

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Limits of what a summary is made of.
const (
	mostRead  = 1 << 20 // bytes of speech, some 20 hours of English; of more, stretches are read
	stretches = 32      // evenly spread, the beginning and the end among them
)

// Passages that give orders to an AI are looked for in whole turns, and in long
// ones piece by piece. With each go its speaker's pieces next to it, which may
// be of the same order.
const (
	pieceSize  = 600 // bytes
	nextPieces = 3   // how far a piece is next to another
	mostOdd    = 500 // that a summary tells of
)

// leftOut stands in a turn for what is not read of it. No sentence goes across.
const leftOut = " \n…\n "

// reading is what of a meeting a summary is made of: all, but for passages that
// give orders to an AI, and most of a meeting that is too long.
type reading struct {
	whole    []transcript.Turn
	turns    []transcript.Turn // all of them, with the words that are read
	odd      []transcript.Suspicion
	withheld []transcript.Turn // the words of what gives orders
	named    map[string]bool   // speakers whose names give orders
	long     bool              // not all of it is read
	note     string            // what to know of a meeting that is too long
	coverage Coverage
}

// read reads a meeting. It fails only when ctx ends, or without a word.
func read(ctx context.Context, turns []transcript.Turn) (*reading, error) {
	if err := work.Check(ctx); err != nil {
		return nil, err
	}
	words := transcript.Words(turns)
	if words == 0 {
		return nil, ErrNothingSaid
	}
	r := &reading{whole: turns, turns: turns, named: map[string]bool{}, long: sizeOf(turns) > mostRead}
	if !r.long {
		r.odd = transcript.Suspicious(turns) // which was found before, mostly
	}
	if r.long || slices.ContainsFunc(r.odd, ordering) {
		pieces, err := piecesOf(ctx, turns)
		if err != nil {
			return nil, err
		}
		orders, err := r.suspect(ctx, pieces)
		if err != nil {
			return nil, err
		}
		r.rewrite(pieces, orders)
	}
	r.odd = r.odd[:min(len(r.odd), mostOdd)]
	r.coverage = r.cover(func(int) bool { return true })
	if r.long {
		r.note = fmt.Sprintf("This meeting is too long to be read whole (%d words): the summary is of %d stretches spread evenly over it, %.0f %% of the words. search_transcripts finds what is not in them.",
			words, stretches, 100*r.coverage.Share)
	}
	return r, nil
}

func sizeOf(turns []transcript.Turn) int {
	n := 0
	for _, t := range turns {
		n += len(t.Text)
	}
	return n
}

// piece is some of a turn, which has its words from one byte to another.
type piece struct{ turn, from, to int }

// piecesOf cuts what is read of turns into pieces, of which short turns are one.
func piecesOf(ctx context.Context, turns []transcript.Turn) ([]piece, error) {
	size := sizeOf(turns)
	each, apart := size, size // bytes of a stretch, and from the beginning of one to the next
	if size > mostRead {
		each, apart = mostRead/stretches, (size-mostRead/stretches)/(stretches-1)
	}
	all := make([]piece, 0, len(turns))
	before := 0 // bytes
	for i, t := range turns {
		if i%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		if t.Text == "" {
			all = append(all, piece{turn: i})
		}
		for from := 0; from < len(t.Text); {
			within := 0
			if apart > 0 {
				within = (before + from) % apart
			}
			if within >= each { // the next stretch is farther on
				from = wordAt(t.Text, from+apart-within)
				continue
			}
			to := wordAt(t.Text, min(from+each-within, endOfPiece(t.Text, from)))
			all = append(all, piece{i, from, to})
			from = to
		}
		before += len(t.Text)
	}
	return all, nil
}

// wordAt is where the word that has a byte ends, unless it is very long.
func wordAt(text string, at int) int {
	const longest = 100 // bytes
	if at >= len(text) {
		return len(text)
	}
	if space := strings.IndexFunc(text[at:min(len(text), at+longest)], unicode.IsSpace); space >= 0 {
		return at + space
	}
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// endOfPiece is where the piece of a text ends that begins at a byte: the whole
// of a short text, else where a sentence ends.
func endOfPiece(text string, from int) int {
	if len(text)-from <= pieceSize {
		return len(text)
	}
	if i := strings.LastIndexAny(text[from:from+pieceSize], ".!?…。！？؟।\n"); i > pieceSize/2 {
		_, size := utf8.DecodeRuneInString(text[from+i:])
		return from + i + size
	}
	return from + pieceSize
}

// suspect finds the pieces that give orders to an AI, with those next to them
// that may go on with it, and all of whoever has an order for a name.
func (r *reading) suspect(ctx context.Context, pieces []piece) (orders []bool, err error) {
	said := make([]transcript.Turn, len(pieces))
	for k, p := range pieces {
		said[k] = transcript.Turn{Index: k, Speaker: r.turns[p.turn].Speaker, Text: r.turns[p.turn].Text[p.from:p.to]}
	}
	doubtful := said // the pieces to look at; where turns were before, only those of long ones in which something was found
	if transcript.Prepared(r.turns) && !r.long {
		doubtful = nil
		for k, p := range pieces {
			if whole := len(said[k].Text) == len(r.turns[p.turn].Text); !whole && slices.ContainsFunc(r.turns[p.turn].Suspicions(), ordering) {
				doubtful = append(doubtful, said[k])
			}
		}
		for _, s := range r.odd {
			if s.Name && ordering(s) {
				r.named[r.speakerOf(s.Turn)] = true
			}
		}
	}
	checked, err := transcript.Prepare(ctx, doubtful)
	if err != nil {
		return nil, err
	}
	orders = make([]bool, len(pieces))
	found := map[int]bool{} // places of turns
	for _, s := range transcript.Suspicious(checked) {
		for k := s.Turn; k <= s.Last && ordering(s); k++ {
			orders[k], found[pieces[k].turn] = true, true
		}
		if s.Name && ordering(s) {
			r.named[said[s.Turn].Speaker] = true
		}
		if r.long {
			first, last := &r.turns[pieces[s.Turn].turn], &r.turns[pieces[s.Last].turn]
			s.Turn, s.Last, s.Start = first.Index, last.Index, first.Start
			r.odd = append(r.odd, s)
		}
	}
	for k, p := range pieces { // what only the whole turn shows
		orders[k] = orders[k] || r.named[said[k].Speaker] || !found[p.turn] && slices.ContainsFunc(r.turns[p.turn].Suspicions(), ordering)
	}
	for k, is := range slices.Clone(orders) {
		for next := max(0, k-nextPieces); is && next <= min(len(pieces)-1, k+nextPieces); next++ {
			orders[next] = orders[next] || said[next].Speaker == said[k].Speaker
		}
	}
	return orders, work.Check(ctx)
}

// speakerOf is who speaks in the turn of an Index.
func (r *reading) speakerOf(index int) string {
	if i := slices.IndexFunc(r.turns, func(t transcript.Turn) bool { return t.Index == index }); i >= 0 {
		return r.turns[i].Speaker
	}
	return ""
}

// ordering reports a suspicion of what may be an order.
func ordering(s transcript.Suspicion) bool { return s.Kind != transcript.HiddenCharacters }

// rewrite leaves out of the turns what is not of the pieces, or of those that
// give orders.
func (r *reading) rewrite(pieces []piece, orders []bool) {
	turns := slices.Clone(r.turns)
	for i := range turns {
		turns[i].Text = ""
		if r.named[turns[i].Speaker] {
			turns[i].Speaker = ""
		}
	}
	for k := 0; k < len(pieces); {
		last := k // of the pieces that go on from here, all with orders or without
		for last+1 < len(pieces) && pieces[last+1].turn == pieces[k].turn && pieces[last+1].from == pieces[last].to && orders[last+1] == orders[k] {
			last++
		}
		turn := &turns[pieces[k].turn]
		said := r.turns[pieces[k].turn]
		said.Text = r.turns[pieces[k].turn].Text[pieces[k].from:pieces[last].to]
		switch {
		case orders[k]:
			r.withheld = append(r.withheld, said)
		case turn.Text != "":
			turn.Text += leftOut + said.Text
		default:
			turn.Text = said.Text
		}
		k = last + 1
	}
	r.turns = turns
}

// cover counts what is read, of the turns that were.
func (r *reading) cover(was func(place int) bool) Coverage {
	c := Coverage{TurnsTotal: len(r.whole)}
	words, all := 0, 0
	for i := range r.whole {
		said := transcript.Words(r.whole[i : i+1])
		n := said
		if len(r.turns[i].Text) != len(r.whole[i].Text) {
			n = transcript.Words(r.turns[i : i+1])
		}
		all += said
		if said == 0 || n > 0 && was(i) {
			c.TurnsRead++
			words += n
		}
	}
	c.Share = float64(words) / float64(max(1, all))
	return c
}
