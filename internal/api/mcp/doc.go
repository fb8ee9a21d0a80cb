// Package mcp lets assistants look checks up by the Model Context Protocol,
// over standard input and output (`soi mcp`) or HTTP (/mcp).
//
// Owns: the tools, what they are told about themselves, and the limits of what
// they take.
//
// Does not own: what is public (api/public), the protocol (the official SDK),
// proofs (tlog). Every tool reads; none makes a tip, and nothing that is asked
// is kept.
//
// Start reading at: New.
package mcp
