package shared

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	redisPatience = 500 * time.Millisecond // for one command; then this replica goes on alone
	redisRetry    = time.Second            // between tries to find Redis again
	redisSlowest  = 256 << 10              // bytes a second of a large message, which has so much longer
	redisLongest  = 5 * time.Second
	redisLarge    = 16 << 10 // bytes of a message that goes over connections of its own
	redisPrefix   = "meetmcp:"
)

// Redis is State for several replicas. What it cannot reach Redis for, each
// replica keeps in memory, and brings to Redis once it is back. What a replica
// spends it remembers itself too, and goes on from there when it is alone. Keys
// are hashed in Redis, and values and messages sealed.
type Redis struct {
	client *redis.Client
	bulk   *redis.Client // for large messages, which hold up nothing else
	probe  *redis.Client // asks whether Redis is there at all
	alone  *Memory
	seal   cipher.AEAD
	hash   []byte
	log    *slog.Logger

	lost    atomic.Pointer[error] // why Redis is not used at the moment, nil when it is
	losses  atomic.Int64
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	pubsub  *redis.PubSub
	topics  map[string]*topic // by their names in Redis
	swept   time.Time
	overdue map[string]*value // what was set while Redis was lost
	owed    debts

	probing sync.Mutex
	probed  time.Time // when Redis last answered, though something else did not come through
}

// quiet keeps the Redis library's own log, which goes to standard error, out.
var quiet = sync.OnceFunc(func() { redis.SetLogger(silence{}) })

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// OpenRedis connects to a Redis or Valkey by a URL such as redis://host:6379/0.
// secret is the same on all replicas. It need not be there yet.
func OpenRedis(url string, secret []byte, log *slog.Logger) (*Redis, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("not the address of a Redis, such as redis://127.0.0.1:6379/0")
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = redisPatience, redisPatience, redisPatience
	options.MaxRetries = -1 // a command that failed may have been carried out
	options.ContextTimeoutEnabled = true
	options.DisableIdentity = true
	quiet()
	ctx, stop := context.WithCancel(context.Background())
	bulk, probe := *options, *options
	bulk.PoolSize, bulk.ReadTimeout, bulk.WriteTimeout = 8, redisLongest, redisLongest
	probe.PoolSize = 8
	r := &Redis{
		client: redis.NewClient(options), bulk: redis.NewClient(&bulk), probe: redis.NewClient(&probe), alone: NewMemory(nil), log: log, stop: stop,
		topics: map[string]*topic{}, overdue: map[string]*value{}, owed: newDebts(),
	}
	if r.seal, r.hash, err = seals(secret); err != nil {
		return nil, errors.Join(fmt.Errorf("open redis: %w", err), r.client.Close(), r.bulk.Close(), r.probe.Close())
	}
	r.pubsub = r.client.Subscribe(ctx)
	if err := r.client.Ping(ctx).Err(); err != nil {
		r.lose(err)
	}
	r.running.Go(func() { r.receive(ctx) })
	r.running.Go(func() { r.look(ctx) })
	return r, nil
}

// seals derives what seals values and what hashes keys.
func seals(secret []byte) (cipher.AEAD, []byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "meetmcp redis values", 32)
	if err != nil {
		return nil, nil, err
	}
	hash, err := hkdf.Key(sha256.New, secret, nil, "meetmcp redis keys", 32)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	seal, err := cipher.NewGCM(block)
	return seal, hash, err
}

// name is what a key is called in Redis: its purpose, and the rest hashed.
func (r *Redis) name(key string) string {
	purpose, _, _ := strings.Cut(key, "/")
	mac := hmac.New(sha256.New, r.hash)
	mac.Write([]byte(key))
	return redisPrefix + purpose + ":" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// sealed seals a value for the key that it belongs to.
func (r *Redis) sealed(name string, data []byte) []byte {
	nonce := make([]byte, r.seal.NonceSize(), r.seal.NonceSize()+len(data)+r.seal.Overhead())
	_, _ = rand.Read(nonce) // it never fails
	return r.seal.Seal(nonce, nonce, data, []byte(name))
}

func (r *Redis) opened(name string, data []byte) ([]byte, error) {
	n := r.seal.NonceSize()
	if len(data) < n {
		return nil, errors.New("too short to be sealed")
	}
	return r.seal.Open(nil, data[:n], data[n:], []byte(name))
}

// lose goes on without Redis.
func (r *Redis) lose(err error) {
	if r.lost.Swap(&err) == nil {
		r.losses.Add(1)
		r.log.Warn("redis is lost: this replica goes on alone", "error", err)
	}
}

// try does a command in Redis, unless it is lost, and reports whether it was done.
func (r *Redis) try(ctx context.Context, do func(ctx context.Context) error) bool {
	return r.tryFor(ctx, redisPatience, do)
}

func (r *Redis) tryFor(ctx context.Context, patience time.Duration, do func(ctx context.Context) error) bool {
	if r.lost.Load() != nil {
		return false
	}
	// What a caller's leaving cuts short says nothing of Redis.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := do(ctx)
	if err == nil || errors.Is(err, redis.Nil) {
		return true
	}
	var refused redis.Error
	if errors.As(err, &refused) || !r.answers() {
		r.lose(err)
	} else {
		r.log.Debug("redis did not answer one command in time", "error", err)
	}
	return false
}

// answers reports whether Redis is there, whatever became of one command. It is
// asked once for all who want to know at the same time.
func (r *Redis) answers() bool {
	asked := time.Now()
	r.probing.Lock()
	defer r.probing.Unlock()
	if r.lost.Load() != nil || r.probed.After(asked) {
		return r.lost.Load() == nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
	defer cancel()
	if err := r.probe.Ping(ctx).Err(); err != nil {
		r.lose(err)
		return false
	}
	r.probed = time.Now()
	return true
}

// look finds Redis again when it was lost, and brings it what it missed.
func (r *Redis) look(ctx context.Context) {
	tick := time.NewTicker(redisRetry)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if r.lost.Load() == nil {
			if err := r.pay(ctx); err != nil {
				r.log.Debug("redis is told later what was spent", "error", err)
			}
			continue
		}
		short, cancel := context.WithTimeout(ctx, redisPatience)
		err := r.client.Ping(short).Err()
		cancel()
		if err == nil {
			err = r.catchUp(ctx)
		}
		if err == nil {
			r.log.Info("redis is back")
		}
	}
}

// catchUp sets in Redis what was set while it was lost, and then uses it again.
func (r *Redis) catchUp(ctx context.Context) error {
	r.mu.Lock()
	batch := maps.Clone(r.overdue)
	r.mu.Unlock()
	if err := r.bring(ctx, batch); err != nil {
		return err
	}
	if err := r.pay(ctx); err != nil {
		return err
	}
	r.mu.Lock() // whoever sets something now waits until it is used again
	defer r.mu.Unlock()
	maps.DeleteFunc(r.overdue, func(name string, v *value) bool { return batch[name] == v })
	if err := r.bring(ctx, r.overdue); err != nil {
		return err
	}
	clear(r.overdue)
	r.lost.Store(nil)
	return nil
}

// bring sets values in Redis, many at a time.
func (r *Redis) bring(ctx context.Context, batch map[string]*value) error {
	for names := range slices.Chunk(slices.Collect(maps.Keys(batch)), 500) {
		short, cancel := context.WithTimeout(ctx, redisPatience)
		_, err := r.client.Pipelined(short, func(all redis.Pipeliner) error {
			for _, name := range names {
				if left := time.Until(batch[name].expires); left > 0 {
					all.Set(short, name, batch[name].data, left)
				}
			}
			return nil
		})
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// take is a bucket by the generic cell rate algorithm: it keeps when the bucket
// is full again, and answers in microseconds how long to wait.
var take = redis.NewScript(`
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local each, all = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + each
if full - now > all then return full - now - all end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil(all / 1000))
return 0`)

// Take is State's.
func (r *Redis) Take(ctx context.Context, key string, rate Rate) (wait time.Duration, ok bool) {
	if rate.Most == 0 {
		return 0, true
	}
	done := r.try(ctx, func(ctx context.Context) error {
		each := rate.Per / time.Duration(rate.Most)
		micros, err := take.Run(ctx, r.client, []string{r.name(key)}, each.Microseconds(), (each * time.Duration(rate.Most)).Microseconds()).Int64()
		wait = time.Duration(micros) * time.Microsecond
		return err
	})
	if done && wait > 0 {
		return wait, false
	}
	here, ok := r.alone.Take(ctx, key, rate)
	if done {
		return 0, true
	}
	if ok {
		r.owe("", key, rate)
	}
	return here, ok
}

// spend keeps the times of the last spendings in a sorted set, and answers when
// the next is free, in microseconds, or 0 when this one was.
var spend = redis.NewScript(`
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local per, most = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - per))
local n = redis.call('ZCARD', KEYS[1])
if n >= most then
  local first = redis.call('ZRANGE', KEYS[1], n - most, n - most, 'WITHSCORES')
  return tonumber(first[2]) + per
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(per / 1000))
return 0`)

// Spend is State's.
func (r *Redis) Spend(ctx context.Context, key string, rate Rate) (token string, free time.Time, ok bool) {
	if rate.Most == 0 {
		return "", time.Time{}, true
	}
	token = rand.Text()
	var at int64
	done := r.try(ctx, func(ctx context.Context) (err error) {
		at, err = spend.Run(ctx, r.client, []string{r.name(key)}, rate.Per.Microseconds(), rate.Most, token).Int64()
		return err
	})
	switch {
	case !done:
		if free, ok = r.alone.spend(key, token, rate); !ok {
			return "", free, false
		}
		r.owe(token, key, rate)
	case at > 0:
		r.alone.block(key, rate, time.UnixMicro(at))
		return "", time.UnixMicro(at), false
	default:
		r.alone.spent(key, token, rate)
	}
	return token, time.Time{}, true
}

// Refund is State's.
func (r *Redis) Refund(ctx context.Context, key, token string) {
	r.alone.Refund(ctx, key, token)
	r.mu.Lock()
	delete(r.owed.spent, token)
	r.mu.Unlock()
	r.try(ctx, func(ctx context.Context) error { return r.client.ZRem(ctx, r.name(key), token).Err() })
}

// Once is State's. While Redis is lost it holds for this replica.
func (r *Redis) Once(ctx context.Context, key string, ttl time.Duration) (first bool) {
	here := r.alone.Once(ctx, key, ttl)
	if r.insist(ctx, r.name(key), []byte("1"), ttl, func(ctx context.Context) error {
		err := r.client.SetArgs(ctx, r.name(key), "1", redis.SetArgs{Mode: "NX", TTL: ttl}).Err()
		first = err == nil
		return err
	}) {
		return here && first
	}
	return here
}

// insist does a command that sets a value, again if it did not come through, and
// reports whether it was done. What is not done is set once Redis is back.
func (r *Redis) insist(ctx context.Context, name string, data []byte, ttl time.Duration, do func(ctx context.Context) error) bool {
	for again := false; !r.try(ctx, do); again = true {
		if r.later(name, data, ttl) {
			return false
		}
		if again {
			r.lose(errors.New("a value could not be set"))
		}
	}
	return true
}

// later has a value set in Redis once it is back, and reports false if it is
// back already.
func (r *Redis) later(name string, data []byte, ttl time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost.Load() == nil {
		return false
	}
	now := time.Now()
	if now.Sub(r.swept) >= sweepEvery {
		r.swept = now
		maps.DeleteFunc(r.overdue, func(_ string, v *value) bool { return now.After(v.expires) })
	}
	r.overdue[name] = &value{data, now.Add(ttl)}
	return true
}

// Set is State's.
func (r *Redis) Set(ctx context.Context, key string, data []byte, ttl time.Duration) {
	name := r.name(key)
	r.alone.Set(ctx, key, data, ttl)
	sealed := r.sealed(name, data)
	r.insist(ctx, name, sealed, ttl, func(ctx context.Context) error { return r.client.Set(ctx, name, sealed, ttl).Err() })
}

// Get is State's.
func (r *Redis) Get(ctx context.Context, key string) (data []byte) {
	name := r.name(key)
	var sealed []byte
	if !r.try(ctx, func(ctx context.Context) (err error) {
		sealed, err = r.client.Get(ctx, name).Bytes()
		return err
	}) {
		return r.alone.Get(ctx, key)
	}
	if sealed == nil {
		return nil
	}
	data, err := r.opened(name, sealed)
	if err != nil {
		r.log.Warn("a value in redis is not this server's", "error", err)
		return nil
	}
	return data
}

// Ready is State's.
func (r *Redis) Ready(context.Context) error {
	if lost := r.lost.Load(); lost != nil {
		return fmt.Errorf("redis is lost, and this replica goes on alone: %w", *lost)
	}
	return nil
}

// Losses is State's.
func (r *Redis) Losses() int64 { return r.losses.Load() }

// Close drops the connections.
func (r *Redis) Close() error {
	r.stop()
	err := errors.Join(r.pubsub.Close(), r.client.Close(), r.bulk.Close(), r.probe.Close())
	r.running.Wait()
	return err
}
