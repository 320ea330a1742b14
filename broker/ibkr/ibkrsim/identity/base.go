package identity

import (
	"iter"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// encode is the percent-encoding of RFC 3986 with upper-case digits: letters,
// digits and "-._~" stay.
func encode(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// normalize sorts parameters and joins them as they are.
func normalize(params []param) string {
	pairs := make([]string, 0, len(params))
	sorted := slices.SortedFunc(slices.Values(params), func(a, b param) int {
		if a.key != b.key {
			return strings.Compare(a.key, b.key)
		}
		return strings.Compare(a.value, b.value)
	})
	for _, p := range sorted {
		pairs = append(pairs, p.key+"="+p.value)
	}
	return strings.Join(pairs, "&")
}

func encoded(params []param) []param {
	out := make([]param, 0, len(params))
	for _, p := range params {
		out = append(out, param{encode(p.key), encode(p.value)})
	}
	return out
}

// urls are the URLs, without a query, that the client may believe it called:
// at the host it named, with and without a standard port, and at the public
// ones. The likeliest come first.
func (r *Registry) urls(q *http.Request) []string {
	var all []string
	path := q.URL.EscapedPath()
	schemes := []string{"https", "http"}
	if q.TLS == nil {
		slices.Reverse(schemes) // https still counts: a proxy may end TLS
	}
	for _, scheme := range schemes {
		for _, host := range hosts(scheme, q.Host) {
			all = append(all, scheme+"://"+host+path)
		}
	}
	for _, public := range r.cfg.PublicURLs {
		all = append(all, join(strings.TrimSuffix(public, "/"), path))
	}
	return all
}

// hosts are the ways to write a host: RFC 5849 wants it in lower case and
// without the scheme's own port.
func hosts(scheme, host string) []string {
	port := map[string]string{"https": ":443", "http": ":80"}[scheme]
	bare := strings.TrimSuffix(strings.ToLower(host), port)
	return slices.Compact([]string{bare, host})
}

// join puts a public base in front of a path that may repeat its end.
func join(base, path string) string {
	if u, err := url.Parse(base); err == nil && u.Path != "" && strings.HasPrefix(path, u.Path+"/") {
		return strings.TrimSuffix(base, u.Path) + path
	}
	return base + path
}

// suffixes are the forms in which clients in the field sign the query as part
// of the URL: left out, as sent, unescaped, and escaped anew.
func suffixes(q *http.Request) []string {
	raw := q.URL.RawQuery
	if raw == "" {
		return []string{""}
	}
	all := []string{"", "?" + raw}
	add := func(text string) {
		if !slices.Contains(all, "?"+text) {
			all = append(all, "?"+text)
		}
	}
	if text, err := url.QueryUnescape(raw); err == nil {
		add(text)
	}
	if text, err := url.PathUnescape(raw); err == nil {
		add(text)
	}
	pairs := make([]string, 0, 4)
	for _, p := range encoded(pairsOf(raw)) {
		pairs = append(pairs, p.key+"="+p.value)
	}
	add(strings.Join(pairs, "&"))
	return all
}

// pairsOf are the pairs of a query or a form, in order; what cannot be decoded
// is left out.
func pairsOf(raw string) (all []param) {
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(pair, "=")
		k, err1 := url.QueryUnescape(key)
		v, err2 := url.QueryUnescape(value)
		if pair != "" && err1 == nil && err2 == nil {
			all = append(all, param{k, v})
		}
	}
	return all
}

// parameters are the strings of parameters that a client may have signed: its
// own as IBKR documents (values as they are), then encoded one by one with the
// pairs of query and form among them as RFC 5849, section 3.4.1.3, has it.
func parameters(q *http.Request, body []byte, own []param) []string {
	all := []string{normalize(own)}
	others := pairsOf(q.URL.RawQuery)
	if kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err == nil &&
		kind == "application/x-www-form-urlencoded" {
		others = append(others, pairsOf(string(body))...)
	}
	for _, text := range []string{
		normalize(encoded(append(slices.Clone(own), others...))),
		normalize(append(slices.Clone(own), others...)),
		normalize(encoded(own)),
	} {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// baseStrings are the texts that the client may have signed, the most usual
// first. IBKR's servers accept the query left out, in the URL (raw, unescaped
// or in lower case) and among the parameters; so does this.
func (r *Registry) baseStrings(q *http.Request, body []byte, own []param) iter.Seq[string] {
	return func(yield func(string) bool) {
		lists, tails, urls := parameters(q, body, own), suffixes(q), r.urls(q)
		for _, list := range lists {
			list = "&" + encode(list)
			for _, tail := range tails {
				for _, u := range urls {
					for _, target := range slices.Compact([]string{u + tail, strings.ToLower(u + tail)}) {
						if !yield(q.Method + "&" + encode(target) + list) {
							return
						}
					}
				}
			}
		}
	}
}
