// Package shared is what the replicas of one server know together: limits,
// budgets, what was used up, and messages for each other. One replica alone
// keeps it in memory.
package shared

import (
	"context"
	"time"
)

// State is what replicas share. None of its methods fails: what cannot be
// shared for a while is kept by each replica for itself, and Ready says so.
// Keys name a purpose first, as in "launches/ID", and hold nothing secret.
type State interface {
	// Take takes one out of a bucket that holds r.Most and is refilled evenly
	// within r.Per, or says how long until there is one.
	Take(ctx context.Context, key string, r Rate) (wait time.Duration, ok bool)

	// Spend counts one against r.Most within any span of r.Per, or says when
	// the next is free. Refund takes back the one that was spent as token.
	Spend(ctx context.Context, key string, r Rate) (token string, free time.Time, ok bool)
	Refund(ctx context.Context, key, token string)

	// Once reports whether key is claimed for the first time within ttl.
	Once(ctx context.Context, key string, ttl time.Duration) bool

	// Set keeps a value for ttl; Get answers it, or nil when there is none.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration)
	Get(ctx context.Context, key string) []byte

	// Publish sends a message to whoever subscribed to topic now, this replica
	// included. Subscribe calls receive, in order, until stop is called.
	Publish(ctx context.Context, topic string, message []byte)
	Subscribe(topic string, receive func(message []byte)) (stop func())

	// Ready says what is not shared at the moment, nil when all is. Losses
	// counts how often something was not: while it is the same, and all is
	// shared, nothing has been missed.
	Ready(ctx context.Context) error
	Losses() int64
	Close() error
}

// Rate is how many of something there may be in a time. Most 0 is no limit.
type Rate struct {
	Most int
	Per  time.Duration
}
