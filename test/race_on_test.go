//go:build race

package test

// raceDetector says that these tests look for data races; the program that
// they start is built to look for them too.
const raceDetector = true
