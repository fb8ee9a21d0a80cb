//go:build unix && !(linux && (amd64 || arm64))

package media

// refuseSockets does nothing where there are no such filters.
func refuseSockets() error { return nil }
