package serve

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/jsonrpc"
	"github.com/meetmcp/meetmcp/internal/nearest"
)

// message is what the transports need to know of a JSON-RPC message.
type message struct {
	id      jsontext.Value // nil for a notification
	method  string         // "" for an answer to a request of the server's
	version string         // protocol version in params._meta, which only modern clients name
	tool    string         // that tools/call names
	cancels jsontext.Value // the id of the request that notifications/cancelled is about
	uri     string         // that resources/subscribe or resources/unsubscribe names
	asks    bool           // initialize of a client that can put questions to the person
	raw     []byte
	library []byte   // what the library is given in its place
	request *request // nil unless an answer is due
}

// due reports that an answer is due, and soon: a subscription's comes when it
// ends.
func (m message) due() bool { return m.request != nil && !m.listens() }

// listens reports that m is answered with a stream of events.
func (m message) listens() bool { return m.method == string(mcp.MethodSubscriptionsListen) }

// subscribes reports that m is about a subscription as there were before
// 2026-07-28.
func (m message) subscribes() bool { return m.uri != "" }

// unsubscribes reports that m ends one.
func (m message) unsubscribes() bool { return m.method == string(mcp.MethodResourcesUnsubscribe) }

// ends reports that m is to cancel a request.
func (m message) ends() bool {
	return m.id == nil && m.method == string(mcp.MethodNotificationCancelled)
}

// modern reports that m says which protocol version it is in, as those from
// 2026-07-28 on do.
func (m message) modern() bool { return mcp.IsModernProtocol(m.version) }

// notification reports that m is a message that is never answered, not even
// with what is wrong with it.
func (m message) notification() bool { return m.id == nil && m.method != "" }

// refusal is a JSON-RPC error.
type refusal struct {
	ID    jsontext.Value // nil: it cannot be said which message is refused
	Error jsonrpc.Error
}

func refuse(id jsontext.Value, code int, text string, args ...any) *refusal {
	return &refusal{id, jsonrpc.Error{Code: code, Text: fmt.Sprintf(text, args...)}}
}

func (r *refusal) line() []byte {
	id := r.ID
	if id == nil {
		id = jsontext.Value("null")
	}
	text, _ := jsontext.AppendQuote(nil, r.Error.Text) // with what is half a character replaced
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%s}}`, id, r.Error.Code, text)
}

const (
	methodMost    = 100       // bytes of a method's name; those of the protocol have 36 at most
	paramsMost    = 64 << 10  // bytes of a message's params, without the arguments of a tool
	answerMost    = 256 << 10 // bytes of an answer to a question of the server's
	argumentsMost = 64 << 10  // bytes of a tool's arguments that the library is given, which decodes them several times
	uriMost       = 2_000     // bytes of a resource's address
	valueMost     = 2_000     // bytes of an argument of a prompt, or of one that is to be completed
)

// paramNames are the members of params that are passed on.
var paramNames = []string{
	"_meta", "name", "arguments", "uri", "cursor", "protocolVersion", "capabilities", "clientInfo", "requestId", "reason", "task",
	"progressToken", "progress", "level", "ref", "argument", "context", "requestState", "inputResponses", "notifications",
}

// objectParams are those of them that are objects, which some clients write as
// [] when they are empty.
var objectParams = []string{"_meta", "arguments", "capabilities", "clientInfo", "context", "inputResponses", "notifications"}

// read looks into a message before the library does, whose words for what is
// wrong with it help nobody.
func (s *Server) read(raw []byte) (m message, wrong *refusal) {
	in, err := jsonrpc.Read(raw)
	m.id, m.method, m.raw = in.ID, in.Method, in.Raw
	m.version = jsonrpc.Text(in.Meta.Get(mcp.MetaKeyProtocolVersion))
	if m.id != nil && m.method != "" {
		m.request = s.requests.newRequest(m.id)
		m.request.modern = m.modern()
	}
	switch {
	case err != nil:
		return m, &refusal{in.ID, *err}
	case m.method == "":
		if m.library = m.raw; len(m.raw) > answerMost {
			return m, refuse(nil, mcp.INVALID_REQUEST, "The answer is longer than the %d KB that this server reads. Send less.", answerMost>>10)
		}
		return m, nil
	case len(m.method) > methodMost:
		return m, refuse(m.id, mcp.METHOD_NOT_FOUND, "There is no method %.40q….", m.method)
	case in.Named.Misspelt(paramNames...) != "":
		return m, refuse(m.id, mcp.INVALID_PARAMS, "Write %s in params just so: the same name in another spelling could be read as another.", in.Named.Misspelt(paramNames...))
	case in.Meta.Misspelt("progressToken", mcp.MetaKeyProtocolVersion) != "":
		return m, refuse(m.id, mcp.INVALID_PARAMS, "Write %s in _meta just so: the same name in another spelling could be read as another.", in.Meta.Misspelt("progressToken", mcp.MetaKeyProtocolVersion))
	}
	params := known(in.Named)
	arguments := jsontext.Value(nil)
	if m.method == string(mcp.MethodToolsCall) {
		params, arguments = without(params, "arguments")
	}
	if m.id == nil {
		if wrong = tooMuch(&m, sizeOf(params)); wrong != nil {
			return m, wrong
		}
		if id := params.Get("requestId"); jsonrpc.IsID(id) {
			m.cancels = id
		}
		m.library = compose(nil, m.method, params)
		return m, nil
	}
	switch mcp.MCPMethod(m.method) {
	case mcp.MethodToolsCall:
		name := params.Get("name")
		if name.Kind() != '"' {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "tools/call needs params with the tool's name, and its arguments as an object. tools/list shows the tools.")
		}
		m.tool = jsonrpc.Text(name)
		if !slices.Contains(s.names, m.tool) {
			s.observer.Unknown()
			return m, unknown(m.id, "tool", m.tool, s.names)
		}
	case mcp.MethodInitialize:
		if version := params.Get("protocolVersion"); version != nil && version.Kind() != '"' {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "initialize needs params with protocolVersion as a string, such as %q.", mcp.LATEST_PROTOCOL_VERSION)
		}
		m.asks = jsonrpc.Members(params.Get("capabilities")).Get("elicitation").Kind() == '{'
	case mcp.MethodToolsList, mcp.MethodPromptsList, mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList:
		if cursor := params.Get("cursor"); cursor != nil && cursor.Kind() != 'n' && string(cursor) != `""` {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "There is no such page: the first answer holds the whole list. Leave cursor out.")
		}
	}
	if size := len(jsonrpc.Text(params.Get("uri"))); size > uriMost {
		return m, refuse(m.id, mcp.INVALID_PARAMS, "The uri of a resource has at most %d bytes here; this one has %d. Check the address.", uriMost, size)
	}
	if wrong = tooMuch(&m, sizeOf(params)); wrong != nil {
		return m, wrong
	}
	if what := misshapen(m.method, params); what != "" {
		return m, refuse(m.id, mcp.INVALID_PARAMS, "%s", what)
	}
	if wrong = s.prompt(&m, params); wrong != nil {
		return m, wrong
	}
	switch {
	case len(arguments) > argumentsMost:
		m.request.arguments = arguments
	case arguments != nil:
		params = append(params, jsonrpc.Member{Name: "arguments", Value: arguments})
	}
	m.library = compose(m.request.ownID(), m.method, params)
	return m, s.resource(&m, params)
}

// known are the members of params that the protocol has, with those that are
// empty objects left out or written as such.
func known(params jsonrpc.Object) (out jsonrpc.Object) {
	for _, p := range params {
		switch {
		case !slices.Contains(paramNames, p.Name), slices.Contains(objectParams, p.Name) && p.Name != "capabilities" && jsonrpc.Empty(p.Value):
			continue
		case p.Name == "capabilities":
			p.Value = capabilities(p.Value)
		case p.Name == "_meta":
			p.Value = meta(p.Value)
		}
		out = append(out, p)
	}
	return out
}

// capabilities are those of a client, with each that is an empty object written
// as one.
func capabilities(value jsontext.Value) jsontext.Value {
	if jsonrpc.Empty(value) {
		return jsontext.Value("{}")
	}
	members := jsonrpc.Members(value)
	if members == nil {
		return value
	}
	for i, m := range members {
		if m.Value.Kind() == '[' && jsonrpc.Empty(m.Value) {
			members[i].Value = jsontext.Value("{}")
		}
	}
	return object(nil, members)
}

// meta is params._meta, with the client's capabilities written as they must be.
func meta(value jsontext.Value) jsontext.Value {
	members := jsonrpc.Members(value)
	if members.Get(mcp.MetaKeyClientCapabilities) == nil {
		return value
	}
	for i, m := range members {
		if m.Name == mcp.MetaKeyClientCapabilities {
			members[i].Value = capabilities(m.Value)
		}
	}
	return object(nil, members)
}

// without takes a member out of an object.
func without(o jsonrpc.Object, name string) (rest jsonrpc.Object, value jsontext.Value) {
	return slices.DeleteFunc(o, func(m jsonrpc.Member) bool {
		if m.Name == name {
			value = m.Value
		}
		return m.Name == name
	}), value
}

func sizeOf(o jsonrpc.Object) (size int) {
	for _, m := range o {
		size += len(m.Name) + len(m.Value)
	}
	return size
}

// tooMuch refuses what is longer than any message of its kind has reason to be,
// arguments of tools apart.
func tooMuch(m *message, size int) *refusal {
	if size <= paramsMost {
		return nil
	}
	return refuse(m.id, mcp.INVALID_PARAMS, "The params of the message are longer than the %d KB that this server reads beside the arguments of a tool. Send less.", paramsMost>>10)
}

// compose writes a message: a request, or with a nil id a notification.
func compose(id jsontext.Value, method string, params jsonrpc.Object) []byte {
	out := make([]byte, 0, 100+len(method)+sizeOf(params)+8*len(params))
	out = append(out, `{"jsonrpc":"2.0",`...)
	if id != nil {
		out = append(append(append(out, `"id":`...), id...), ',')
	}
	out, _ = jsontext.AppendQuote(append(out, `"method":`...), method)
	if len(params) > 0 {
		out = object(append(out, `,"params":`...), params)
	}
	return append(out, '}')
}

// object appends an object to what is written.
func object(out []byte, members jsonrpc.Object) []byte {
	for i, m := range members {
		if i == 0 {
			out = append(out, '{')
		} else {
			out = append(out, ',')
		}
		out, _ = jsontext.AppendQuote(out, m.Name)
		out = append(append(out, ':'), m.Value...)
	}
	if len(members) == 0 {
		out = append(out, '{')
	}
	return append(out, '}')
}

// resource looks at the address of a resource that is to be read, or told about
// when it changes.
func (s *Server) resource(m *message, params jsonrpc.Object) *refusal {
	subscribes := m.method == string(mcp.MethodResourcesSubscribe) || m.unsubscribes()
	uri := jsonrpc.Text(params.Get("uri"))
	switch {
	case m.method != string(mcp.MethodResourcesRead) && !subscribes,
		subscribes && (s.follow == nil || m.modern()): // the library says that there is no such method
		return nil
	case uri == "":
		return refuse(m.id, mcp.INVALID_PARAMS, "%s needs params with the resource's uri. resources/list and resources/templates/list show which there are.", m.method)
	case subscribes:
		m.uri = uri
		return nil
	case s.address == nil:
		return nil
	}
	_, err := s.address(uri)
	switch {
	case errors.Is(err, server.ErrResourceNotFound):
		return refuse(m.id, m.request.notFound(), "%v.", err)
	case err != nil:
		return refuse(m.id, mcp.INVALID_PARAMS, "%v.", err)
	}
	return nil
}

// prompt looks at the prompt that is to be shown, or one of whose arguments is
// to be completed, and at the arguments. It also looks at those of resources.
func (s *Server) prompt(m *message, params jsonrpc.Object) *refusal {
	name, given := params.Get("name"), jsonrpc.Members(params.Get("arguments"))
	switch mcp.MCPMethod(m.method) {
	case mcp.MethodPromptsGet:
	case mcp.MethodCompletionComplete:
		ref := jsonrpc.Members(params.Get("ref"))
		name = ref.Get("name")
		given = append(jsonrpc.Members(jsonrpc.Members(params.Get("context")).Get("arguments")), jsonrpc.Members(params.Get("argument"))...)
		given = append(given, jsonrpc.Member{Name: "uri", Value: ref.Get("uri")})
	default:
		return nil
	}
	if name := jsonrpc.Text(name); name != "" && s.prompts != nil && !slices.Contains(s.prompts, name) {
		return unknown(m.id, "prompt", name, s.prompts)
	}
	for _, g := range given {
		if size := len(jsonrpc.Text(g.Value)); size > valueMost {
			return refuse(m.id, mcp.INVALID_PARAMS, "%.40q in the params of %s has at most %d bytes; this has %d. Send less.", g.Name, m.method, valueMost, size)
		}
	}
	return nil
}

// unknown refuses a name of a tool or a prompt that is not there, with the nearest.
func unknown(id jsontext.Value, kind, name string, valid []string) *refusal {
	hint := ""
	if near := nearest.Of(name, valid); near != "" {
		hint = fmt.Sprintf(" Did you mean %s?", near)
	}
	return refuse(id, mcp.INVALID_PARAMS, "There is no %s %.100q here.%s %ss/list shows those that are on; the person who set up this server may have turned it off.", kind, name, hint, kind)
}
