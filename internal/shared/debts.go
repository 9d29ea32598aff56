package shared

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxDebts bounds what this replica keeps of what it has to tell Redis.
const maxDebts = 100_000

// debts are what was spent here that Redis does not know of: it was lost, or did
// not answer in time.
type debts struct {
	spent map[string]debt // by token
	taken map[string]debt // by the bucket's name in Redis
}

type debt struct {
	name string // in Redis
	rate Rate
	at   time.Time // of a spending
	n    int       // taken from a bucket
}

func newDebts() debts { return debts{map[string]debt{}, map[string]debt{}} }

func (d debts) empty() bool { return len(d.spent)+len(d.taken) == 0 }

// owe has something told to Redis as soon as it answers again; a spending by its
// token, else what was taken from a bucket.
func (r *Redis) owe(token, key string, rate Rate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.owed.spent)+len(r.owed.taken) >= maxDebts {
		return
	}
	name := r.name(key)
	if token != "" {
		r.owed.spent[token] = debt{name: name, rate: rate, at: time.Now()}
		return
	}
	d := r.owed.taken[name]
	r.owed.taken[name] = debt{name: name, rate: rate, n: d.n + 1}
}

// owe is take, without asking whether there is so much.
var owe = redis.NewScript(`
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local each, all = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + each, now + all)
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil(all / 1000))
return 0`)

// pay tells Redis what it does not know of. What it cannot be told is owed still.
func (r *Redis) pay(ctx context.Context) error {
	r.mu.Lock()
	due := r.owed
	r.owed = newDebts()
	r.mu.Unlock()
	if due.empty() {
		return nil
	}
	short, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	there, err := r.client.Time(short).Result()
	ahead := time.Until(there)
	for tokens := range slices.Chunk(slices.Collect(maps.Keys(due.spent)), 500) {
		if err != nil {
			break
		}
		if err = r.payAll(ctx, func(ctx context.Context, all redis.Pipeliner) {
			for _, token := range tokens {
				d := due.spent[token]
				all.ZAdd(ctx, d.name, redis.Z{Score: float64(d.at.Add(ahead).UnixMicro()), Member: token})
				all.PExpire(ctx, d.name, d.rate.Per)
			}
		}); err == nil {
			for _, token := range tokens {
				delete(due.spent, token)
			}
		}
	}
	for names := range slices.Chunk(slices.Collect(maps.Keys(due.taken)), 500) {
		if err != nil {
			break
		}
		if err = r.payAll(ctx, func(ctx context.Context, all redis.Pipeliner) {
			for _, name := range names {
				d := due.taken[name]
				each := d.rate.Per / time.Duration(d.rate.Most)
				owe.Eval(ctx, all, []string{name}, (each * time.Duration(d.n)).Microseconds(), (each * time.Duration(d.rate.Most)).Microseconds())
			}
		}); err == nil {
			for _, name := range names {
				delete(due.taken, name)
			}
		}
	}
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		maps.Copy(r.owed.spent, due.spent)
		for name, d := range due.taken {
			d.n += r.owed.taken[name].n
			r.owed.taken[name] = d
		}
	}
	return err
}

func (r *Redis) payAll(ctx context.Context, add func(context.Context, redis.Pipeliner)) error {
	short, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	_, err := r.client.Pipelined(short, func(all redis.Pipeliner) error {
		add(short, all)
		return nil
	})
	return err
}
