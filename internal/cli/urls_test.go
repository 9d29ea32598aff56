package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// internal are URLs that lead, or might lead, into a machine or network.
var internal = []string{
	// Loopback, and other ways to write an IPv4 address.
	"https://127.0.0.1/", "https://127.0.0.1:8443/hook", "https://127.8.9.10/", "https://127.255.255.254/", "wss://127.0.0.1/audio",
	"http://127.0.0.1/", "ws://127.0.0.1/", "HTTPS://127.0.0.1/", "https://127.0.0.1./", "https://127.0.0.1.:443/", "https://127.0.0.1?x", "https://127.0.0.1#x",
	"https://127.1/", "https://127.0.1/", "https://127.1./", "https://2130706433/", "https://2130706433./", "https://017700000001/", "https://0177.0.0.1/", "https://0177.1/",
	"https://00000177.0.0.01/", "https://0x7f000001/", "https://0X7F000001/", "https://0x7f.0.0.1/", "https://0x7f.1/", "https://0x7f.0x0.0x0.0x1/",
	"https://127.0.0.0x1/", "https://127.0x1/", "https://0x7f.0.01/", "https://4294967297/", "https://127.000.000.001/", "https://0x/", "https://127.0.0.1.1/", "https://256.0.0.1/",
	"https://0/", "https://0.0.0.0/", "https://00.0.0.0/", "https://0.0.0.0:80/", "https://0.1.2.3/",
	// In other scripts, and with other dots.
	"https://１２７.０.０.１/", "https://127。0。0。1/", "https://127．0．0．1/", "https://127｡0｡0｡1/", "https://①②⑦.⓪.⓪.①/", "https://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", "https://𝟣𝟤𝟩.0.0.𝟣/", "https://₁₂₇.₀.₀.₁/",
	"https://ｌｏｃａｌｈｏｓｔ/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "https://local\u00adhost/", "https://local\u200bhost/", "https://lⓄcalhost./", "https://a.ſocal.lan/", "https://xn--localhost-/", "https://xn--localhost-.com/",
	// Within percent signs, users, and what parsers disagree about.
	"https://%31%32%37.0.0.1/", "https://127%2e0%2e0%2e1/", "https://%6c%6f%63alhost/", "https://localhost%00.example.org/", "https://127.0.0.1%23.example.org/", "https://%5b::1%5d/",
	"https://user@127.0.0.1/", "https://user:pw@127.0.0.1/", "https://hooks.example.org@127.0.0.1/", "https://127.0.0.1@hooks.example.org/", "https://hooks.example.org:pw@127.0.0.1:443/", "https://@127.0.0.1/",
	"https://hooks.example.org#@127.0.0.1/", "https://hooks.example.org?@127.0.0.1/", "https://127.0.0.1#@hooks.example.org/", "https://hooks.example.org:80@127.0.0.1:80/",
	`https://hooks.example.org\@127.0.0.1/`, `https://127.0.0.1\@hooks.example.org/`, `https:\\127.0.0.1/`, `https:/\127.0.0.1/`, `\\127.0.0.1\share`, "//127.0.0.1/", "https:/127.0.0.1/", "https:127.0.0.1/", "https:///127.0.0.1/", "https:////127.0.0.1/",
	"https://127.0.0.1\t/", "https://127.0\n.0.1/", "https://\t127.0.0.1/", "https:\n//127.0.0.1/", "ht\ntps://127.0.0.1/", " https://127.0.0.1/", "https://127.0.0.1 /", "https://127.0.0.1 .example.org/", "https://127.0.0.1\u00a0/", "https://127.0.0.1\x00.example.org/", "https://hooks.example.org/\r\nHost: 127.0.0.1",
	// Ports.
	"https://127.0.0.1:/", "https://hooks.example.org:/", "https://hooks.example.org:0/", "https://hooks.example.org:65536/", "https://hooks.example.org:99999999999/", "https://hooks.example.org:-1/", "https://hooks.example.org:+80/",
	"https://hooks.example.org:0x50/", "https://hooks.example.org:00443/", "https://hooks.example.org:443:80/", "https://127.0.0.1:80:443/", "https://hooks.example.org:８０/", "https://:443/", "https:///",
	// Private, link-local, shared, multicast, documentation and reserved networks.
	"https://10.0.0.1/", "https://10.255.255.255/", "https://012.0.0.1/", "https://167772161/", "https://0xa000001/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.0.1/", "https://192.168.1/", "https://192.168.257/", "https://3232235521/", "https://0300.0250.0.1/",
	"https://169.254.0.1/", "https://100.64.0.1/", "https://100.127.255.255/", "https://192.0.0.1/", "https://192.0.0.192/", "https://192.0.2.1/", "https://192.88.99.1/", "https://198.18.0.1/", "https://198.19.255.255/", "https://198.51.100.7/", "https://203.0.113.7/",
	"https://224.0.0.1/", "https://239.255.255.250/", "https://240.0.0.1/", "https://255.255.255.255/", "https://4294967295/",
	// Services of clouds for their own machines.
	"https://169.254.169.254/latest/meta-data/", "http://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/", "https://0xA9.0xFE.0xA9.0xFE/", "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://169.16689662/", "https://１６９.２５４.１６９.２５４/",
	"https://100.100.100.200/", "https://168.63.129.16/", "https://169.254.170.2/v2/credentials", "https://metadata.google.internal/computeMetadata/v1/", "https://METADATA.google.internal./", "https://metadata/", "https://metadata.goog/", "https://instance-data.ec2.internal/", "https://metadata.tencentyun.com/",
	"https://[fd00:ec2::254]/latest/meta-data/", "https://[fd20:ce::254]/", "https://[::ffff:169.254.169.254]/", "https://[::ffff:a9fe:a9fe]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:a9fe:a9fe::]/", "https://[fe80::a9fe:a9fe%25eth0]/",
	// IPv6.
	"https://[::1]/", "https://[::1]:8443/", "https://[0:0:0:0:0:0:0:1]/", "https://[0000:0000:0000:0000:0000:0000:0000:0001]/", "https://[::]/", "https://[::127.0.0.1]/", "https://[::7f00:1]/", "https://[::ffff:127.0.0.1]/", "https://[::FFFF:7F00:1]/", "https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[::ffff:0:127.0.0.1]/",
	"https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::10.0.0.1]/", "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2002:c0a8:101::1]/", "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", "https://[2001:db8::1]/", "https://[3fff::1]/", "https://[2001:10::1]/",
	"https://[fc00::1]/", "https://[fd12:3456:789a::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[100::1]/", "https://[5f00::1]/", "https://[2606:4700::1111%25lo]/", "https://[::1", "https://::1/", "https://[127.0.0.1]/", "https://[localhost]/", "https://[::1]x/", "https://[::１]/",
	// Names within machines and networks.
	"https://localhost/", "https://LOCALHOST/", "https://LocalHost:3001/", "https://localhost./", "https://a.localhost/", "https://a.b.LOCALHOST./", "https://localhost.localdomain/", "https://printer.local/", "https://_http._tcp.local/", "https://kubernetes.default.svc.cluster.local/",
	"https://kubernetes/", "https://kubernetes.default/", "https://kubernetes.default.svc/", "https://redis/", "https://db01/", "https://host.docker.internal/", "https://hooks.corp.internal/", "https://vault.corp/", "https://nas.home/", "https://router.lan/", "https://router.home.arpa/", "https://wiki.intranet/", "https://x.private/", "https://web.service.consul/", "https://ip6-localhost/",
	"https://a..example.org/", "https://.example.org/", "https://example.org../", "https://-/", "https://hooks.example.0x1/", "https://hooks.example.c/", "https://hooks.example.1e0/",
	"https://127.0.0.1.nip.io/", "https://10-0-0-1.sslip.io/", "https://app.localtest.me/", "https://lvh.me/", "https://7f000001.c0a80001.rbndr.us/", "https://a.lacolhost.com/",
	// What is neither https nor wss.
	"http://hooks.example.org/", "ws://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/", "javascript://hooks.example.org/%0aalert(1)",
}

// ordinary are URLs as people have them.
var ordinary = []string{
	"https://hooks.example.org/", "https://hooks.example.org", "https://HOOKS.Example.ORG/Path", "HTTPS://hooks.example.org/x", "https://hooks.example.org:8443/x", "https://hooks.example.org:443", "https://hooks.example.org:1/", "https://hooks.example.org:65535/", "https://hooks.example.org./x", "wss://audio.example.org/in", "WSS://audio.example.org:9443/out?room=1", "wss://audio.example.org",
	"https://hooks.example.org?x=1", "https://hooks.example.org/?x=1&y=2", "https://hooks.example.org#part", "https://hooks.example.org/a/b/c.json", "https://hooks.example.org/a%20b", "https://hooks.example.org/%7Euser", "https://hooks.example.org/~user", "https://hooks.example.org/@user/post", "https://hooks.example.org/?mail=ada@example.org", "https://hooks.example.org/a:b", "https://hooks.example.org/a;b=1,2",
	"https://hooks.example.org/?next=https://127.0.0.1/", "https://hooks.example.org/127.0.0.1", "https://hooks.example.org/localhost", "https://hooks.example.org/?host=localhost#10.0.0.1", "https://hooks.example.org//x", "https://hooks.example.org/../x", "https://hooks.example.org/[1]", "https://hooks.example.org/x?a[]=1", "https://hooks.example.org/(x)'!*$",
	"https://hooks.example.org/größe/ブック.png", "https://hooks.example.org/?q=日本語", "https://hooks.example.org/😀",
	"https://bücher.example/", "https://bücher.example:8443/x?y", "https://日本語.example/", "https://пример.испытание/", "https://xn--bcher-kva.example/", "https://faß.example/", "https://مثال.إختبار/", "https://例え.テスト/hook", "https://BÜCHER.example/", "https://例え。テスト/", "https://hooks.xn--p1ai/",
	"https://a.b.c.d.e.f.example.org/", "https://1.example.org/", "https://127.0.0.1.example.org/", "https://10.example.org/", "https://0x7f.example.org/", "https://2130706433.example.org/", "https://123.example.org/", "https://localhost.example.org/", "https://local.example.org/", "https://internal.example.org/", "https://metadata.example.org/", "https://mylocalhost.com/", "https://notlocal.com/", "https://internal.io/", "https://local.com/", "https://xn.com/", "https://home.cern/", "https://mail.org/", "https://lan.com/",
	"https://my-hooks.example.org/", "https://my_hooks.example.org/", "https://_hooks.example.org/", "https://r3---sn-abc.example.org/", "https://a--b.example.org/", "https://a.io/", "https://x.museum/", "https://hooks.example.photography/", "https://" + strings.Repeat("a", 63) + ".example.org/", "https://a1b2c3.execute-api.eu-west-3.amazonaws.com/prod/hook", "https://bots-pictures.s3.eu-west-3.amazonaws.com/p.png?X-Amz-Signature=0a&X-Amz-Expires=7200", "https://ec2-52-47-1-2.eu-west-3.compute.amazonaws.com/", "https://app.ngrok-free.app/x", "https://hook.eu1.make.com/abc123",
	"https://8.8.8.8/", "https://8.8.8.8:8443/x", "https://1.1.1.1/", "https://126.255.255.255/", "https://128.0.0.1/", "https://9.255.255.255/", "https://11.0.0.1/", "https://172.15.255.255/", "https://172.32.0.1/", "https://192.167.255.255/", "https://192.169.0.1/", "https://169.253.0.1/", "https://169.255.0.1/", "https://100.63.255.255/", "https://100.128.0.1/", "https://198.17.0.1/", "https://198.20.0.1/", "https://223.255.255.255/", "https://168.63.129.17/",
	"https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]:8443/x", "https://[2001:4860:4860::8888]/", "https://[2A00:1450:4007:80E::200E]/", "https://[64:ff9b::8.8.8.8]/",
}

// With --url-hosts '*' no URL of a machine or network gets to the API by any
// transport, and every ordinary one does.
func TestAnyHostIsAnyOnTheInternet(t *testing.T) {
	if len(internal) < 120 || len(ordinary) < 60 {
		t.Fatalf("%d internal and %d ordinary URLs, want 120 and 60", len(internal), len(ordinary))
	}
	var calls [][2]string
	for i, url := range slices.Concat(internal, ordinary) {
		quoted, err := json.Marshal(url)
		if err != nil {
			t.Fatal(err)
		}
		for _, argument := range []string{`"webhook_url":%s`, `"bot_image":%s`, `"zoom_access_token_url":%s`, `"streaming":{"output":%s}`, `"transcription_custom_parameters":{"callback_url":%s}`} {
			if i >= len(internal) && argument != `"webhook_url":%s` {
				continue
			}
			args := fmt.Sprintf(`{%s,"deduplication_key":"%d",`+argument+`}`, meeting, i, quoted)
			calls = append(calls, [2]string{"join_meeting", args})
		}
	}
	for name, over := range transports {
		s, env := upstreamAPI(t, sandbox.Key)
		over(t, append(env, "MEETMCP_URL_HOSTS=*"), calls)
		var sent []string
		for _, r := range s.Requests() {
			var body struct {
				WebhookURL string `json:"webhook_url"`
			}
			if err := json.Unmarshal([]byte(r.Body), &body); err != nil || body.WebhookURL == "" {
				t.Errorf("over %s: sent %s", name, r.Body)
			}
			sent = append(sent, body.WebhookURL)
		}
		for _, url := range internal {
			if slices.Contains(sent, url) {
				t.Errorf("over %s: sent %q", name, url)
			}
		}
		var want []string
		for _, url := range ordinary {
			to, err := client.Destination(url).Target()
			if err != nil {
				t.Errorf("%q: got %v, want it accepted", url, err)
			}
			want = append(want, to.String())
		}
		slices.Sort(want)
		if slices.Sort(sent); !slices.Equal(sent, want) {
			t.Errorf("over %s: sent %d URLs\n%q\nwant %d\n%q", name, len(sent), sent, len(want), want)
		}
	}
	t.Logf("%d internal and %d ordinary URLs in %d calls over each transport", len(internal), len(ordinary), len(calls))
}

// The same by what decides it alone.
func TestInternalTargets(t *testing.T) {
	for _, url := range internal {
		to, err := client.Destination(url).Target()
		if err == nil && to.CheckPublic() == nil && (to.Scheme == "https" || to.Scheme == "wss") {
			t.Errorf("%q: got the host %q, want it refused", url, to.Host)
		}
	}
	for _, url := range ordinary {
		to, err := client.Destination(url).Target()
		if err == nil {
			err = to.CheckPublic()
		}
		if err != nil {
			t.Errorf("%q: got %v, want it accepted", url, err)
		}
	}
}
