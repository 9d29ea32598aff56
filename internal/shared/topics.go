package shared

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// topic is one that was subscribed to here, so many times.
type topic struct {
	name      string
	here      int
	confirmed bool // by Redis
}

// Publish is State's. A message that Redis cannot carry reaches this replica only.
func (r *Redis) Publish(ctx context.Context, topic string, message []byte) {
	name := r.name("topic/" + topic)
	sealed := r.sealed(name, message)
	over, patience := r.client, redisPatience
	if len(sealed) > redisLarge {
		over, patience = r.bulk, min(redisLongest, redisPatience+time.Duration(len(sealed))*time.Second/redisSlowest)
	}
	if !r.tryFor(ctx, patience, func(ctx context.Context) error { return over.Publish(ctx, name, sealed).Err() }) {
		if r.lost.Load() == nil {
			r.losses.Add(1) // the others have missed it
		}
		r.alone.Publish(ctx, topic, message)
	}
}

// Subscribe is State's.
func (r *Redis) Subscribe(name string, receive func([]byte)) (stop func()) {
	here := r.alone.Subscribe(name, receive) // what comes from Redis is passed on to it
	there := r.name("topic/" + name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.topics[there] == nil {
		r.topics[there] = &topic{name: name}
		// Without a connection it is done when there is one again.
		if err := r.pubsub.Subscribe(context.Background(), there); err != nil {
			r.log.Debug("subscribed later", "error", err)
		}
	}
	r.topics[there].here++
	return sync.OnceFunc(func() {
		here()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.topics[there].here--; r.topics[there].here == 0 {
			delete(r.topics, there)
			if err := r.pubsub.Unsubscribe(context.Background(), there); err != nil {
				r.log.Debug("unsubscribed later", "error", err)
			}
		}
	})
}

// receive passes on what comes from Redis until ctx ends.
func (r *Redis) receive(ctx context.Context) {
	messages := r.pubsub.ChannelWithSubscriptions(redis.WithChannelHealthCheckInterval(redisRetry), redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return
		case message, open := <-messages:
			switch m := message.(type) {
			case *redis.Message:
				r.passOn(ctx, m)
			case *redis.Subscription:
				r.confirm(m)
			}
			if !open {
				return
			}
		}
	}
}

func (r *Redis) passOn(ctx context.Context, m *redis.Message) {
	data, err := r.opened(m.Channel, []byte(m.Payload))
	if err != nil {
		r.log.Warn("a message in redis is not this server's", "error", err)
		return
	}
	r.mu.Lock()
	t := r.topics[m.Channel]
	r.mu.Unlock()
	if t != nil {
		r.alone.Publish(ctx, t.name, data)
	}
}

// confirm notes that messages may have been missed when a topic is confirmed
// again: the connection had broken.
func (r *Redis) confirm(m *redis.Subscription) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.topics[m.Channel]
	if t == nil || m.Kind != "subscribe" {
		return
	}
	if t.confirmed {
		r.losses.Add(1)
	}
	t.confirmed = true
}
