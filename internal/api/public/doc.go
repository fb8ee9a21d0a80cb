// Package public is what other programs may read of a desk: its checks with
// their sources, corrections, explainers, open questions, and whether
// something was checked before.
//
// Owns: the shapes that the JSON API, the MCP server and the open data share,
// and how they are filled from the published documents below the signed size
// of the public log.
//
// Does not own: requests and answers over HTTP (api), the MCP protocol
// (api/mcp), files of open data (api/dump), or any rule of the desk. Nothing
// here reads a tip, a draft, a note or a name of staff, and nothing is stored.
//
// Start reading at: Reader.
package public
