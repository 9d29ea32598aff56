package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// misshapen says what in a request's params is of another kind than the library
// reads, "" when nothing is: its own words for that name its types.
func misshapen(method string, raw jsontext.Value, params map[string]jsontext.Value) string {
	if meta := params["_meta"]; meta != nil && meta.Kind() != '{' && meta.Kind() != 'n' {
		return "params._meta must be an object."
	}
	var into any
	switch mcp.MCPMethod(method) {
	case mcp.MethodToolsCall:
		if params["task"] == nil && params["requestState"] == nil && params["inputResponses"] == nil {
			return "" // as in most calls, whose arguments are the tool's to read
		}
		into = new(mcp.CallToolParams)
	case mcp.MethodInitialize:
		into = new(mcp.InitializeParams)
	case mcp.MethodPromptsGet:
		into = new(mcp.GetPromptParams)
	case mcp.MethodResourcesRead:
		into = new(mcp.ReadResourceParams)
	case mcp.MethodResourcesSubscribe, mcp.MethodResourcesUnsubscribe:
		into = new(mcp.SubscribeParams)
	case mcp.MethodCompletionComplete:
		into = new(mcp.CompleteParams)
	default:
		return ""
	}
	err := json.Unmarshal(raw, into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil, raw == nil:
		return ""
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Sprintf("%.100s in the params of %s must be %s, not a JSON %s.", wrong.Field, method, kindOf(wrong.Type), wrong.Value)
	}
	return fmt.Sprintf("The params of %s are not such as the protocol has them.", method)
}

// kindOf names a type as JSON would.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a number"
}
