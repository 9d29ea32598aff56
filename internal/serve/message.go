package serve

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"

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
}

// request reports that an answer is due, and soon: a subscription's comes when
// it ends.
func (m message) request() bool {
	return m.id != nil && m.method != "" && !m.listens()
}

// listens reports that m is answered with a stream of events.
func (m message) listens() bool { return m.method == string(mcp.MethodSubscriptionsListen) }

// subscribes reports that m is about a subscription as there were before
// 2026-07-28.
func (m message) subscribes() bool { return m.uri != "" }

// unsubscribes reports that m ends one.
func (m message) unsubscribes() bool { return m.method == string(mcp.MethodResourcesUnsubscribe) }

// modern reports that m says which protocol version it is in, as those from
// 2026-07-28 on do.
func (m message) modern() bool { return mcp.IsModernProtocol(m.version) }

// notification reports that m is a message that is never answered, not even
// with what is wrong with it.
func (m message) notification() bool { return m.id == nil && m.method != "" }

// refusal is a JSON-RPC error.
type refusal struct {
	JSONRPC string         `json:"jsonrpc"`
	ID      jsontext.Value `json:"id"`
	Error   struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func refuse(id jsontext.Value, code int, text string, args ...any) *refusal {
	r := &refusal{JSONRPC: "2.0", ID: id}
	if id == nil {
		r.ID = jsontext.Value("null")
	}
	r.Error.Code, r.Error.Message = code, fmt.Sprintf(text, args...)
	return r
}

func (r *refusal) line() []byte {
	raw, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("write refusal: %v", err)) // its id was JSON when it came in
	}
	return raw
}

// read looks into a message before the library does, whose words for what is
// wrong with it help nobody.
func (s *Server) read(raw []byte) (m message, wrong *refusal) {
	m.raw = raw
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return m, refuse(nil, mcp.INVALID_REQUEST, "JSON-RPC batches are not supported: send each message by itself.")
	}
	if deep(raw) {
		return m, refuse(nil, mcp.INVALID_REQUEST, "The message is nested more than %d deep. Send a flatter one.", maxDepth)
	}
	var in map[string]jsontext.Value
	err := json.Unmarshal(raw, &in, jsontext.AllowInvalidUTF8(true))
	id, method := in["id"], in["method"]
	m.id = id
	switch {
	case err != nil && !jsontext.Value(raw).IsValid(jsontext.AllowInvalidUTF8(true)):
		var at *jsontext.SyntacticError
		if errors.As(err, &at) { // whose own words hold the path to it, of any length
			err = fmt.Errorf("%w at byte %d", at.Err, at.ByteOffset)
		}
		return m, refuse(nil, mcp.PARSE_ERROR, "The message cannot be read as JSON (%v). Send one JSON-RPC message at a time.", err)
	case err != nil:
		return m, refuse(nil, mcp.INVALID_REQUEST, "This is not a JSON-RPC message: it must be an object with jsonrpc, method and, for a request, id.")
	case id != nil && !id.IsValid(): // it could not be repeated in an answer
		m.id = nil
		return m, refuse(nil, mcp.INVALID_REQUEST, "The id of a request must be a string of valid Unicode, or a number.")
	case misspelt(in, "jsonrpc", "id", "method", "params", "result", "error") != "":
		return m, refuse(nil, mcp.INVALID_REQUEST, "Write jsonrpc, id, method, params, result and error in lower case: another spelling could be read as another member.")
	case id != nil && id.Kind() != '"' && id.Kind() != '0':
		return m, refuse(nil, mcp.INVALID_REQUEST, "The id of a request must be a string or a number. Leave it out of a notification.")
	case id.Kind() == '0' && keyOf(id) == "":
		m.id = nil
		return m, refuse(nil, mcp.INVALID_REQUEST, "The id of the request is too large a number. Use a string or a smaller number.")
	case text(in["jsonrpc"]) != "2.0":
		return m, refuse(id, mcp.INVALID_REQUEST, `This is not JSON-RPC 2.0: a message must have "jsonrpc": "2.0".`)
	case method == nil && in["result"] == nil && in["error"] == nil:
		return m, refuse(id, mcp.INVALID_REQUEST, "The message has no method, and is no answer either. An MCP client starts with initialize.")
	case method != nil && (in["result"] != nil || in["error"] != nil):
		return m, refuse(id, mcp.INVALID_REQUEST, "The message has a method and a result or error at once: send a request or an answer.")
	case method == nil:
		return m, nil
	case method.Kind() != '"':
		return m, refuse(id, mcp.INVALID_REQUEST, "The method of a message must be a string.")
	}
	m.method = text(method)
	var params map[string]jsontext.Value
	switch in["params"].Kind() {
	case 'n', jsontext.KindInvalid: // absent
	case '{':
		err = json.Unmarshal(in["params"], &params, jsontext.AllowInvalidUTF8(true))
	default:
		return m, refuse(id, mcp.INVALID_PARAMS, "params must be an object.")
	}
	if name := misspelt(params, paramNames...); name != "" {
		return m, refuse(id, mcp.INVALID_PARAMS, "Write %s in params just so: the same name in another spelling could be read as another.", name)
	}
	var meta map[string]jsontext.Value
	if value := params["_meta"]; value.Kind() == '{' {
		_ = json.Unmarshal(value, &meta, jsontext.AllowInvalidUTF8(true)) // the library refuses what is wrong with it
		if name := misspelt(meta, "progressToken", mcp.MetaKeyProtocolVersion); name != "" {
			return m, refuse(id, mcp.INVALID_PARAMS, "Write %s in _meta just so: the same name in another spelling could be read as another.", name)
		}
	}
	if version := meta[mcp.MetaKeyProtocolVersion]; version.Kind() == '"' {
		m.version = text(version)
	}
	if m.id == nil {
		if m.method == string(mcp.MethodNotificationCancelled) {
			m.cancels = params["requestId"]
		}
		return m, nil
	}
	switch mcp.MCPMethod(m.method) {
	case mcp.MethodToolsCall:
		name := params["name"]
		if err != nil || name.Kind() != '"' {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "tools/call needs params with the tool's name, and its arguments as an object. tools/list shows the tools.")
		}
		m.tool = text(name)
		if wrong = s.unknown(m.id, m.tool); wrong != nil {
			return m, wrong
		}
	case mcp.MethodInitialize:
		version := params["protocolVersion"]
		if err != nil || version != nil && version.Kind() != '"' {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "initialize needs params with protocolVersion as a string, such as %q.", mcp.LATEST_PROTOCOL_VERSION)
		}
		var can struct {
			Elicitation jsontext.Value `json:"elicitation"`
		}
		m.asks = json.Unmarshal(params["capabilities"], &can) == nil && can.Elicitation.Kind() == '{'
	case mcp.MethodToolsList, mcp.MethodPromptsList, mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList:
		if cursor := params["cursor"]; cursor != nil && cursor.Kind() != 'n' && string(cursor) != `""` {
			return m, refuse(m.id, mcp.INVALID_PARAMS, "There is no such page: the first answer holds the whole list. Leave cursor out.")
		}
	}
	if what := misshapen(m.method, in["params"], params); what != "" {
		return m, refuse(m.id, mcp.INVALID_PARAMS, "%s", what)
	}
	return m, s.resource(&m, text(params["uri"]))
}

// resource looks at the address of a resource that is to be read, or told about
// when it changes.
func (s *Server) resource(m *message, uri string) *refusal {
	subscribes := m.method == string(mcp.MethodResourcesSubscribe) || m.unsubscribes()
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
	if _, err := s.address(uri); err != nil {
		return refuse(m.id, mcp.INVALID_PARAMS, "%v.", err)
	}
	return nil
}

// maxDepth bounds how deep a message's objects and lists lie in each other.
const maxDepth = 100

// deep reports whether a message, which need not be JSON, exceeds maxDepth.
func deep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			if depth++; depth > maxDepth {
				return true
			}
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
	}
	return false
}

// paramNames are what MCP calls the members of params.
var paramNames = []string{
	"_meta", "name", "arguments", "uri", "cursor", "protocolVersion", "capabilities", "clientInfo", "requestId", "reason",
	"progressToken", "progress", "level", "ref", "argument", "context", "requestState", "inputResponses", "notifications",
}

// misspelt returns which of the known names an object has in another case, or
// "". The library would take it for the name itself.
func misspelt(object map[string]jsontext.Value, known ...string) string {
	for name := range object {
		for _, k := range known {
			if name != k && strings.EqualFold(name, k) {
				return k
			}
		}
	}
	return ""
}

// unknown refuses a call of a tool that is not there, with the nearest.
func (s *Server) unknown(id jsontext.Value, name string) *refusal {
	if slices.Contains(s.names, name) {
		return nil
	}
	s.observer.Unknown()
	hint := ""
	if near := nearest.Of(name, s.names); near != "" {
		hint = fmt.Sprintf(" Did you mean %s?", near)
	}
	return refuse(id, mcp.INVALID_PARAMS, "There is no tool %.100q here.%s tools/list shows those that are on; the person who set up this server may have turned it off.", name, hint)
}

// text unquotes a JSON string.
func text(value jsontext.Value) string {
	raw, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(raw)
}

// keyOf makes ids equal that the library would write back alike.
func keyOf(id jsontext.Value) string {
	if number, err := strconv.ParseFloat(string(id), 64); err == nil {
		return "#" + strconv.FormatFloat(number, 'g', -1, 64)
	}
	return text(id)
}

// scan reads the first members of a message, which may be cut off: its id, and
// whether it answers one.
func scan(raw []byte) (id jsontext.Value, answer bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if start, err := dec.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, false
	}
	for {
		token, err := dec.ReadToken()
		if err != nil || token.Kind() != '"' {
			return id, false
		}
		switch strings.ToLower(token.String()) {
		case "method":
			return id, false
		case "result", "error":
			return id, true
		case "id":
			value, err := dec.ReadValue()
			if err != nil || !value.IsValid() || dec.InputOffset() == int64(len(raw)) { // a number may go on
				return nil, false
			}
			id = value.Clone()
		default:
			if dec.SkipValue() != nil {
				return id, false
			}
		}
	}
}
