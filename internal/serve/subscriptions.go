package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Follow calls changed whenever a resource changes, until ctx ends; with last
// set when it never will again. An error says in words why it does not.
type Follow func(ctx context.Context, uri string, changed func(last bool)) error

// subscribedMost is how many resources one client may be subscribed to.
const subscribedMost = 100

// subscriptions are what one client is subscribed to. The zero value is none.
type subscriptions struct {
	mu    sync.Mutex
	open  map[string]*subscription // by address
	ended bool
	last  []func() // called at the end
}

type subscription struct{ cancel context.CancelFunc }

// subscribing is how a client's subscriptions are followed.
type subscribing struct {
	follow Follow
	take   func() (leave func(), err error) // counts one more of the caller's; nil: they are not counted
	tell   func(uri string)
}

// handle carries out resources/subscribe or resources/unsubscribe as far as it
// must be before the client's next message, and returns what does the rest,
// with the answer, which has the request's own id. A subscription lasts until ctx
// ends, or it.
func (s *subscriptions) handle(ctx context.Context, m message, how subscribing) func() []byte {
	finish := func() error { return nil }
	if m.unsubscribes() {
		s.drop(m.uri, nil)
	} else {
		finish = s.begin(ctx, m.uri, how)
	}
	return func() []byte {
		if err := finish(); err != nil {
			code := mcp.INTERNAL_ERROR
			switch {
			case errors.Is(err, server.ErrResourceNotFound):
				code = mcp.RESOURCE_NOT_FOUND
			case errors.Is(err, mcp.ErrInvalidParams):
				code = mcp.INVALID_PARAMS
			}
			return refuse(m.request.ownID(), code, "%v", err).line()
		}
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"result":{}}`, m.request.ownID())
	}
}

// begin begins a subscription. It is followed once finish has returned nil.
func (s *subscriptions) begin(ctx context.Context, uri string, how subscribing) (finish func() error) {
	own, ctx, err := s.add(ctx, uri, how.take)
	if own == nil {
		return func() error { return err }
	}
	return func() error {
		err := how.follow(ctx, uri, func(last bool) {
			if s.has(uri, own) {
				how.tell(uri)
			}
			if last {
				s.drop(uri, own)
			}
		})
		if err != nil {
			s.drop(uri, own)
		}
		return err
	}
}

// add returns a new subscription and the context that it has, or nil if there
// is one already.
func (s *subscriptions) add(ctx context.Context, uri string, take func() (func(), error)) (*subscription, context.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.open[uri] != nil:
		return nil, nil, nil
	case s.ended:
		return nil, nil, context.Canceled
	case len(s.open) >= subscribedMost:
		return nil, nil, fmt.Errorf("you are subscribed to %d resources, which is the most; unsubscribe from one first", subscribedMost)
	}
	leave := func() {}
	if take != nil {
		var err error
		if leave, err = take(); err != nil {
			return nil, nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(ctx, leave)
	if s.open == nil {
		s.open = map[string]*subscription{}
	}
	s.open[uri] = &subscription{cancel}
	return s.open[uri], ctx, nil
}

func (s *subscriptions) has(uri string, own *subscription) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[uri] == own
}

// to reports whether there is one to an address.
func (s *subscriptions) to(uri string) bool { return !s.has(uri, nil) }

// drop ends the subscription to an address: that one, or whichever with nil.
func (s *subscriptions) drop(uri string, own *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if open := s.open[uri]; open != nil && (own == nil || open == own) {
		open.cancel()
		delete(s.open, uri)
	}
}

// end ends them all, for good.
func (s *subscriptions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for _, open := range s.open {
		open.cancel()
	}
	clear(s.open)
	for _, do := range s.last {
		do()
	}
	s.last = nil
}

// atEnd has do called when they all end, which may be now.
func (s *subscriptions) atEnd(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		do()
		return
	}
	s.last = append(s.last, do)
}

// updated says that a resource has changed.
func updated(uri string, meta map[string]any) mcp.JSONRPCNotification {
	return mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: mcp.Notification{
		Method: mcp.MethodNotificationResourceUpdated,
		Params: mcp.NotificationParams{Meta: meta, AdditionalFields: map[string]any{"uri": uri}},
	}}
}

// followAll follows what a client from 2026-07-28 on wants to be told about, for
// as long as it listens, and returns those of them that can be followed.
func (s *Server) followAll(ctx context.Context, id any, uris []string) []string {
	from, _ := ctx.Value(connectionKey{}).(connection)
	if s.follow == nil || from.send == nil {
		return nil
	}
	var wanted []string
	for _, uri := range uris {
		if !slices.Contains(wanted, uri) && len(wanted) < subscribedMost {
			wanted = append(wanted, uri)
		}
	}
	heard := from.heard(ctx, fmt.Sprint(id))
	follows := make([]bool, len(wanted))
	var group sync.WaitGroup
	for i, uri := range wanted {
		group.Go(func() { follows[i] = s.tell(ctx, from, uri, id, heard) })
	}
	group.Wait()
	var followed []string
	for i, uri := range wanted {
		if follows[i] {
			followed = append(followed, uri)
		}
	}
	return followed
}

// listened is called when a client ends listening, or has nothing to listen to.
// The library may lose the acknowledgement if the answer follows at once.
func (s *Server) listened(ctx context.Context, id any) {
	if from, _ := ctx.Value(connectionKey{}).(connection); from.heard != nil {
		select {
		case <-from.heard(ctx, fmt.Sprint(id)):
		case <-ctx.Done():
		}
	}
}

// tell follows one resource for a client that listens, once it has been told that it does.
func (s *Server) tell(ctx context.Context, from connection, uri string, id any, heard <-chan struct{}) bool {
	leave := func() {}
	if from.take != nil {
		var err error
		if leave, err = from.take(); err != nil {
			return false
		}
	}
	err := s.follow(ctx, uri, func(bool) {
		select {
		case <-heard:
			if err := from.send(updated(uri, map[string]any{mcp.MetaKeySubscriptionID: id})); err != nil {
				s.log.DebugContext(ctx, "update not delivered", "error", err)
			}
		case <-ctx.Done():
		}
	})
	if err != nil {
		s.log.DebugContext(ctx, "not subscribed", "error", err)
		leave()
		return false
	}
	context.AfterFunc(ctx, leave)
	return true
}
