package sandbox

// The bounds of what is kept for Requests, and for Deliveries.
const (
	maxRecords  = 20_000
	maxRecorded = 16 << 20 // bytes
)

// tail keeps the last of many records. It drops the oldest when they are too
// many, or too large together.
type tail[R interface{ size() int }] struct {
	records []R
	bytes   int
}

func (t *tail[R]) add(record R) {
	t.records = append(t.records, record)
	t.bytes += record.size()
	drop := 0
	for t.bytes > maxRecorded || len(t.records)-drop > maxRecords {
		t.bytes -= t.records[drop].size()
		drop++
	}
	clear(t.records[:drop]) // or their text would stay
	t.records = t.records[drop:]
}

func (r Request) size() int { return len(r.Method) + len(r.Path) + len(r.Key) + len(r.Body) }

func (d Delivery) size() int { return len(d.URL) + len(d.Event) + len(d.Body) + len(d.Fault) }
