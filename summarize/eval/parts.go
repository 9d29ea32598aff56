package main

import (
	"context"
	"errors"

	"github.com/meetmcp/meetmcp/summarize"
	"github.com/meetmcp/meetmcp/summarize/standin"
)

// partTokens is the context of the model that reads a meeting in parts.
const partTokens = 4000

// inParts summarises with a model that picks sentences out of what it is sent,
// which is never the whole meeting.
func inParts(r summarize.Request) (s summarize.Summary, err error) {
	server, err := standin.Start(standin.Options{Model: standin.Extractive})
	if err != nil {
		return s, err
	}
	engine := summarize.New(summarize.Options{Model: "extractive", BaseURL: server.URL(), Context: partTokens})
	s, err = engine.Summarize(context.Background(), r, summarize.EngineModel)
	engine.Close()
	return s, errors.Join(err, server.Close())
}
