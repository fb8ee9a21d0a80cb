// Package api is the JSON face of the desk: other programs hand tips in with a
// key and ask what became of them, by the same verbs as the pages.
//
// Owns: the requests and answers of /api/v1 and their description (OpenAPI
// 3.1, openapi.json, served as it is and tested against the handlers); who may
// ask, by key, and how often; errors as problem documents (RFC 9457) with a
// sentence in Vietnamese or English.
//
// Does not own: any rule of the desk, the keys' rows (desk, store), letters to
// webhooks (intake/webhook). It looks at no cookie and no address, and keeps
// nothing but counts of tips by key, in memory.
//
// Start reading at: routes in api.go, then addTip in tips.go.
package api
