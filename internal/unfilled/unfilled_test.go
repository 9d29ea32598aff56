package unfilled

import "testing"

func TestForm(t *testing.T) {
	for text, want := range map[string]string{
		"${MEETING_BAAS_API_KEY}": "${NAME}", "${env:KEY}": "${NAME}", "${input:api-key}": "${NAME}", "mb-${KEY}": "${NAME}", `"${KEY}"`: "${NAME}", "${KEY": "${NAME}", " ${KEY:-none} ": "${NAME}",
		"{{ key }}": "{{NAME}}", "{{secrets.KEY}}": "{{NAME}}", "$(KEY)": "$(NAME)", "$KEY": "$NAME", "$env:KEY": "$NAME", "%KEY%": "%NAME%",
		"<your key>": "<your key>", "<API_KEY>": "<your key>", "[YOUR KEY]": "[your key]", "{api_key}": "{key}", "env:KEY": "env:NAME", "process.env.KEY": "env:NAME", "op://vault/item/key": "op://…",
		"MEETING_BAAS_API_KEY": "MEETING_BAAS_API_KEY", "YOUR_API_KEY": "MEETING_BAAS_API_KEY", "__API_KEY__": "MEETING_BAAS_API_KEY",
		"your-api-key": "your key", "your_meeting_baas_api_key_here": "your key", "Your API key here": "your key", "insert your key": "your key", "paste-key-here": "your key",
		"changeme": "changeme", "REPLACE_ME": "changeme", "api-key": "changeme", "None": "changeme", "undefined": "changeme", "xxxxxxxx": "xxx", "mb-xxxx-xxxx": "xxx", "****": "xxx", "...": "xxx",
		"": "", "sandbox": "", "sandbox-2": "", "mb-sandbox": "", "k": "", "a3f8c1d09b7e4f52a6d8e0c4b1f97a35": "", "4d2b6c1e-8f3a-4b57-9c0d-2e6f1a7b8c9d": "", "mb-6Jk2mQx9": "", "mm_abcDEF123": "",
		"$ecret-7": "", "myS3cretKey99": "", "keyless7": "", "sk-proj-1xxx2": "", "xx": "", "canary-7f3a9": "", "secret": "", "token": "", "key": "",
	} {
		if got := Form(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
