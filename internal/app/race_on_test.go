//go:build race

package app_test

// raceFactor divides the size of the largest tests under the race detector.
const raceFactor = 10
