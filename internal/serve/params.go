package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/jsonrpc"
)

// misshapen says what in a request's params is of another kind than the library
// reads, "" when nothing is: its own words for that name its types.
func misshapen(method string, params jsonrpc.Object) string {
	if meta := params.Get("_meta"); meta != nil && meta.Kind() != '{' && meta.Kind() != 'n' {
		return "params._meta must be an object."
	}
	var into any
	switch mcp.MCPMethod(method) {
	case mcp.MethodToolsCall:
		if params.Get("task") == nil && params.Get("requestState") == nil && params.Get("inputResponses") == nil {
			return "" // as in most calls
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
	err := json.Unmarshal(object(nil, params), into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &wrong) && wrong.Field != "":
		path := slices.DeleteFunc(strings.Split(wrong.Field, "."), func(name string) bool { return name == "Alias" || name == "MultiRoundTripParams" }) // types of the library's
		return fmt.Sprintf("%.100s in the params of %s must be %s, not a JSON %s.", strings.Join(path, "."), method, kindOf(wrong.Type), wrong.Value)
	}
	return shapeless(method)
}

// shapeless says that params are of another shape than they must be.
func shapeless(method string) string {
	switch mcp.MCPMethod(method) {
	case mcp.MethodCompletionComplete:
		return "completion/complete needs params with ref (type ref/prompt and name, or type ref/resource and uri) and argument (name and value)."
	case mcp.MethodPromptsGet:
		return "prompts/get needs params with the prompt's name, and its arguments as an object of strings. prompts/list shows the prompts."
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
